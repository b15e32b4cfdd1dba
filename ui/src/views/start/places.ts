// Where the lines of a list with lines of several heights stand, and which of them are on screen.

/** What is needed to find the lines on screen, in CSS pixels. */
export interface Sight {
  scrollTop: number;
  viewport: number;
}

/** Lines to mount, `end` excluded. */
export interface Range {
  from: number;
  end: number;
}

/** The top of each line, then the height of all. */
export function topsOf(heights: readonly number[]): number[] {
  const tops = [0];
  let top = 0;
  for (const height of heights) {
    top += height;
    tops.push(top);
  }
  return tops;
}

/** The lines in sight, with `beside` pixels more on both sides. */
export function rangeIn(tops: readonly number[], sight: Sight, beside: number): Range {
  const count = tops.length - 1;
  const from = firstBelow(tops, sight.scrollTop - beside);
  const end = firstBelow(tops, sight.scrollTop + sight.viewport + beside) + 1;
  return { from: Math.min(from, count), end: Math.min(end, count) };
}

/** Where to scroll so that a line is whole in sight, keeping `margin` pixels of its neighbours. */
export function scrollToShow(
  tops: readonly number[],
  at: number,
  { scrollTop, viewport }: Sight,
  margin: number,
): number {
  const top = tops[at] ?? 0;
  const bottom = tops[at + 1] ?? top;
  if (top - margin < scrollTop) return Math.max(0, top - margin);
  if (bottom + margin > scrollTop + viewport) return bottom + margin - viewport;
  return scrollTop;
}

/** The last line whose top is at or above `y`. */
function firstBelow(tops: readonly number[], y: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? Infinity) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
