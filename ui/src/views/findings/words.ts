// What is said of all findings at once.

import type { FindingsTold, Tone } from '../../wire';

const many = (count: number, one: string) =>
  `${count.toLocaleString()} ${one}${count === 1 ? '' : 's'}`;

/** How many there are of each severity that there is. */
export function countWords(told: FindingsTold): { words: string; tone: Tone }[] {
  const all: { count: number; one: string; tone: Tone }[] = [
    { count: told.errors, one: 'error', tone: 'bad' },
    { count: told.warnings, one: 'warning', tone: 'warn' },
    { count: told.notes, one: 'note', tone: 'quiet' },
  ];
  return all
    .filter(({ count }) => count > 0)
    .map(({ count, one, tone }) => ({ words: many(count, one), tone }));
}

/** How many autoscalers that rests on. */
export function examinedWords({ autoscalers, unexamined }: FindingsTold): string {
  const examined = `${many(autoscalers - unexamined, 'autoscaler')} examined`;
  return unexamined > 0
    ? `${examined}, of ${unexamined.toLocaleString()} too little is known`
    : examined;
}
