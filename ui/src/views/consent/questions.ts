// Questions waiting for an answer, one on screen at a time.

import type { Question } from '../../wire';

/** A question with what was confirmed of it so far. */
export interface Asked {
  question: Question;
  /** Ids of dangers whose box is checked. */
  confirmed: ReadonlySet<string>;
  /** Its files are being looked at; nothing can be answered but no. */
  looking: boolean;
}

/** With a question more; one about the same context takes the place of the former. */
export function withQuestion(queue: readonly Asked[], question: Question): readonly Asked[] {
  const at = queue.findIndex((one) => one.question.context === question.context);
  const former = queue[at];
  const asked: Asked = {
    question,
    confirmed: former?.looking ? stillConfirmed(former, question) : new Set(),
    looking: false,
  };
  return former ? queue.with(at, asked) : [...queue, asked];
}

/** Without the question about `context`. */
export function withoutQuestion(queue: readonly Asked[], context: string): readonly Asked[] {
  return queue.filter((one) => one.question.context !== context);
}

/** With something else of the question about `context`. */
export function changed(
  queue: readonly Asked[],
  context: string,
  changes: Partial<Pick<Asked, 'confirmed' | 'looking'>>,
): readonly Asked[] {
  return queue.map((one) => (one.question.context === context ? { ...one, ...changes } : one));
}

/** Whether it may be trusted: nothing forbids it and each danger was confirmed. */
export function mayTrust({ question, confirmed, looking }: Asked): boolean {
  return (
    !looking && question.refused === '' && question.dangers.every(({ id }) => confirmed.has(id))
  );
}

/** Why it may not be trusted yet, in words; empty when it may. */
export function whyNotTrust(asked: Asked): string {
  if (asked.looking) return 'The files are being looked at.';
  if (asked.question.refused) return asked.question.refused;
  return mayTrust(asked) ? '' : 'First say of each unusual thing that you understand it.';
}

/** What the question is, and what was done so far. */
export function introWords({ again, looked }: Question): string {
  const done = looked
    ? 'Its files were read to take their digests; nothing was run or contacted yet.'
    : 'Nothing was run, read or contacted yet.';
  const what = again
    ? 'You agreed to something else before: what differs is marked.'
    : 'Connecting would do exactly this.';
  return `${what} ${done}`;
}

/** After looking, what was confirmed counts on where it is word for word the same. */
function stillConfirmed({ question, confirmed }: Asked, after: Question): ReadonlySet<string> {
  const same = question.dangers.filter(
    ({ id, title, why }) =>
      confirmed.has(id) &&
      after.dangers.some((one) => one.id === id && one.title === title && one.why === why),
  );
  return new Set(same.map(({ id }) => id));
}
