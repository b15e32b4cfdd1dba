// Which lines of a long text are on screen, with lines of one height.

/** Height of a line in CSS pixels. */
export const LINE = 18;

/** Browsers cut elements at about 33 million pixels; older lines than these are not scrolled to. */
export const MOST_LINES = 700_000;

/** Lines to show: numbers `from` to `from + count - 1`. */
export interface LineRange {
  from: number;
  count: number;
}

/** The numbers a text's lines have: `first` inclusive, `next` exclusive. */
export interface Held {
  first: number;
  next: number;
}

/** Number of the line at the very top of the scrolled element. */
export function originOf(held: Held): number {
  return Math.max(held.first, held.next - MOST_LINES);
}

/** Lines visible at `scrollTop` and `overscan` more on both sides. `origin` is the topmost line. */
export function linesAt(
  scrollTop: number,
  viewport: number,
  origin: number,
  next: number,
  overscan: number,
): LineRange {
  const total = next - origin;
  if (total <= 0 || viewport <= 0) return { from: origin, count: 0 };
  const top = Math.max(0, Math.min(scrollTop, total * LINE - viewport));
  const first = Math.max(0, Math.floor(top / LINE) - overscan);
  const end = Math.min(total, Math.ceil((top + viewport) / LINE) + overscan);
  return { from: origin + first, count: end - first };
}

/** The `scrollTop` that brings line `index` (0 is the topmost) to the middle, unless it is visible. */
export function topToShow(index: number, scrollTop: number, viewport: number): number {
  const top = index * LINE;
  if (top >= scrollTop && top + LINE <= scrollTop + viewport) return scrollTop;
  return Math.max(0, top - Math.floor(viewport / 2));
}
