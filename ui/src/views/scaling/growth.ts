// The time a growth took, split into its parts.

import type { Growth } from '../../wire';

/** One part: from the instant before to this one. */
export interface GrowthPart {
  label: string;
  /** ms; null where it is not known. */
  ms: number | null;
  /** Name of a colour token, different for neighbours. */
  ink: string;
}

const STEPS = [
  ['seenMs', 'metric seen', '--series-desired'],
  ['writtenMs', 'scale written', '--series-current'],
  ['scheduledMs', 'pods scheduled', '--bar-pending'],
  ['startedMs', 'started', '--bar-starting'],
  ['readyMs', 'ready', '--bar-ready'],
] as const;

/** Its parts in order; one whose end is unknown has no length, and the next known one takes its time. */
export function partsOf(growth: Growth): GrowthPart[] {
  let before = 0;
  return STEPS.map(([key, label, ink]) => {
    const until = growth[key];
    if (until === null) return { label, ms: null, ink };
    const ms = Math.max(0, until - before);
    before = Math.max(before, until);
    return { label, ms, ink };
  });
}

/** Until the last instant that is known, ms. */
export function wholeOf(growth: Growth): number {
  return Math.max(0, ...STEPS.map(([key]) => growth[key] ?? 0));
}

/** `8.2 s`, `41 s`, `2 m 05 s`. */
export function tookText(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}
