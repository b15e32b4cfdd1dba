// Where a line leaves the plot at its top: its value is written there.

/** One place at which a line is above the plot. */
export interface Beyond {
  /** Middle of it, in the units of `x`. */
  x: number;
  /** The highest value there. */
  value: number;
}

/** Nearer places than this share one word. */
const APART = 52;

/** Stretches of `values` above `top` between `left` and `right`, which are places as `x` gives them for a time. */
export function beyondTop(
  times: readonly number[],
  values: readonly (number | null)[],
  top: number,
  x: (time: number) => number,
  [left, right]: readonly [number, number],
  apart = APART,
): Beyond[] {
  const out: Beyond[] = [];
  let [begin, end] = [-Infinity, -Infinity];
  times.forEach((time, index) => {
    const value = values[index] ?? null;
    if (value === null || value <= top) return;
    const from = Math.max(left, x(time));
    const to = Math.min(right, x(times[index + 1] ?? time));
    if (to < left || from > right) return;
    const last = out.at(-1);
    if (last && from - end < apart) {
      last.value = Math.max(last.value, value);
      last.x = (begin + to) / 2;
    } else {
      begin = from;
      out.push({ x: (from + to) / 2, value });
    }
    end = to;
  });
  return out;
}
