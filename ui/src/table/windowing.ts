// Which rows of a long list are on screen, with rows of one height.

/** Row height in CSS pixels. */
export const ROW_HEIGHT = 28;

/** Browsers cut elements at about 33 million pixels; longer lists scroll proportionally. */
export const MAX_HEIGHT = 14_000_000;

/** What is needed to place rows. */
export interface Extent {
  /** Rows in the list. */
  total: number;
  /** Height of the visible part for rows, in pixels. */
  viewport: number;
}

/** Height of the scrolled element. */
export function scrollHeight({ total }: Extent): number {
  return Math.min(total * ROW_HEIGHT, MAX_HEIGHT);
}

/** Unscaled pixels per scrolled pixel; 1 but for lists over {@link MAX_HEIGHT}. */
export function scrollScale(extent: Extent): number {
  const full = extent.total * ROW_HEIGHT - extent.viewport;
  const scrolled = scrollHeight(extent) - extent.viewport;
  return scrolled > 0 && full > scrolled ? full / scrolled : 1;
}

/** The rows to mount. */
export interface Range {
  from: number;
  count: number;
}

/** Rows visible at `scrollTop` and `overscan` more on both sides. */
export function rangeAt(scrollTop: number, extent: Extent, overscan: number): Range {
  if (extent.total <= 0 || extent.viewport <= 0) return { from: 0, count: 0 };
  const top = clampTop(scrollTop, extent) * scrollScale(extent);
  const first = Math.floor(top / ROW_HEIGHT);
  const end = Math.ceil((top + extent.viewport) / ROW_HEIGHT);
  const from = Math.max(0, Math.min(first, extent.total - 1) - overscan);
  return { from, count: Math.min(extent.total, end + overscan) - from };
}

/** Where row `index` stands inside the scrolled element while it is scrolled to `scrollTop`. */
export function rowTop(index: number, scrollTop: number, extent: Extent): number {
  const top = clampTop(scrollTop, extent);
  return index * ROW_HEIGHT - top * (scrollScale(extent) - 1);
}

/** The least scrolling that brings row `index` wholly into view. */
export function scrollTopToShow(index: number, scrollTop: number, extent: Extent): number {
  const scale = scrollScale(extent);
  const top = scrollTop * scale;
  const rowStart = index * ROW_HEIGHT;
  const rowEnd = rowStart + ROW_HEIGHT;
  if (rowStart < top) return rowStart / scale;
  if (rowEnd > top + extent.viewport) return Math.max(0, (rowEnd - extent.viewport) / scale);
  return scrollTop;
}

/** Whole rows that fit. */
export function pageRows({ viewport }: Extent): number {
  return Math.max(1, Math.floor(viewport / ROW_HEIGHT));
}

function clampTop(scrollTop: number, extent: Extent): number {
  return Math.max(0, Math.min(scrollTop, scrollHeight(extent) - extent.viewport));
}
