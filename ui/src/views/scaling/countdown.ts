// Time left, in words and as a part of a ring.

const two = (value: number) => String(value).padStart(2, '0');

/** `4:06`, `2 h 39`; `0:00` when it is over. Rounded up: it is over when nothing is left. */
export function leftText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

/** Where a wait stands. */
export type Wait =
  /** Not before so many ms; `left` of the whole wait, 0 to 1. */
  | { type: 'waiting'; ms: number; left: number }
  /** It may come at any moment. */
  | { type: 'due' }
  /** It should have come. */
  | { type: 'late' };

/** A wait that began at `since`, ends at `earliest` at the earliest and at `latest` at the latest; Unix ms. */
export function waitAt(now: number, since: number, earliest: number, latest: number): Wait {
  if (now >= latest && now > earliest) return { type: 'late' };
  if (now >= earliest) return { type: 'due' };
  const whole = Math.max(1, earliest - since);
  const ms = earliest - now;
  return { type: 'waiting', ms, left: Math.max(0, Math.min(1, ms / whole)) };
}
