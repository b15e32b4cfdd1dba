// Values written beside the steps of a line: one word where a step is wide enough to carry it.

/** Words above a step. */
export interface Written {
  /** Middle of the step, in the units of `x`. */
  x: number;
  /** The line's highest value over the step. */
  height: number;
  value: number;
  /** How wide the step is. */
  width: number;
}

const NARROW = 16;

/**
 * What is written of the series `words` above `line` between `left` and `right`, which are places as `x` gives them for
 * a time. A step too narrow for a word has none.
 */
export function writtenSteps(
  times: readonly number[],
  words: readonly (number | null)[],
  line: readonly (number | null)[],
  x: (time: number) => number,
  left: number,
  right: number,
): Written[] {
  const out: Written[] = [];
  let start = 0;
  while (start < times.length) {
    const value = words[start] ?? null;
    let end = start + 1;
    while (end < times.length && (words[end] ?? null) === value) end += 1;
    if (value !== null) {
      const begin = Math.max(left, x(times[start] as number));
      const stop = Math.min(right, x(times[Math.min(end, times.length - 1)] as number));
      const heights = line.slice(start, end).filter((one) => one !== null);
      if (stop - begin >= NARROW && heights.length) {
        const height = Math.max(...heights);
        out.push({ x: (begin + stop) / 2, height, value, width: stop - begin });
      }
    }
    start = end;
  }
  return out;
}
