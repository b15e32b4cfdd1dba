// Which stretch of time is asked for: more than is shown, so that a drag does not wait for each of its pixels.

/** Unix ms, ends included. */
export interface Stretch {
  from: number;
  to: number;
}

/** Asked for on each side, as a share of what is shown. */
const SPARE = 0.5;
/** Of that must be left, else more is asked for. */
const LEFT = 0.1;

/** What to ask for, to show `shown`. */
export function padded(shown: Stretch): Stretch {
  const spare = (shown.to - shown.from) * SPARE;
  return { from: Math.round(shown.from - spare), to: Math.round(shown.to + spare) };
}

/** Whether what was asked for is enough for `shown`, and no coarser than it needs to be. */
export function covers(asked: Stretch, shown: Stretch): boolean {
  const length = shown.to - shown.from;
  const inside = asked.from <= shown.from - length * LEFT && asked.to >= shown.to + length * LEFT;
  return inside && asked.to - asked.from <= length * (1 + 2 * SPARE) * 1.25;
}
