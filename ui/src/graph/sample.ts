// What a series says at one instant: a value holds from its point to the next.

import type { SeriesData } from './decode';

/** Index of the last time at or before `at`; -1 before the first. */
export function indexAt(times: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The value of one series at `at` (Unix seconds); null where nothing was seen. The last point holds
 * until `heldTo`.
 */
export function valueAt(
  data: SeriesData,
  series: number,
  at: number,
  heldTo: number,
): number | null {
  const index = indexAt(data.times, at);
  if (index < 0) return null;
  if (index === data.times.length - 1 && at > Math.max(heldTo, data.times[index] as number)) {
    return null;
  }
  const value = data.values[series]?.[index];
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** Points in the form the drawing takes. */
export interface PlotPoints {
  times: number[];
  /** One a series asked for; null is a gap. */
  values: (number | null)[][];
}

/**
 * The chosen series, gaps as null, the last point repeated at `heldTo` if that is later. Series in `ahead` hold on until
 * `until`, where that is later still: what is set does not end at the present.
 */
export function plotPoints(
  data: SeriesData,
  series: readonly number[],
  heldTo: number,
  ahead: ReadonlySet<number> = new Set(),
  until = 0,
): PlotPoints {
  const times = Array.from(data.times);
  const last = times.at(-1);
  const extend = last !== undefined && heldTo > last;
  const end = Math.max(last ?? 0, heldTo);
  const goesOn = last !== undefined && heldTo > 0 && ahead.size > 0 && until > end;
  if (extend) times.push(heldTo);
  // What is measured ends at the present, so a gap begins right behind it.
  if (goesOn) times.push(end + 0.001, until);
  const values = series.map((index) => {
    const row = Array.from(data.values[index] ?? [], (value) =>
      Number.isNaN(value) ? null : value,
    );
    const held = row.at(-1) ?? null;
    if (extend) row.push(held);
    if (goesOn) row.push(...(ahead.has(index) ? [held, held] : [null, null]));
    return row;
  });
  return { times, values };
}

/** Largest and smallest value of all rows from the time `from` on; null if there is none. */
export function extent(points: PlotPoints, rows: readonly number[], from: number) {
  let least = Infinity;
  let most = -Infinity;
  // The point before the window still shows: it holds into it.
  const start = Math.max(0, indexAt(points.times, from));
  for (const row of rows) {
    const values = points.values[row] ?? [];
    for (let index = start; index < values.length; index += 1) {
      const value = values[index];
      if (value === null || value === undefined) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return most === -Infinity ? null : { least, most };
}
