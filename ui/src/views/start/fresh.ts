// Which sources are marked as just opened: from when they are told fresh until they are touched.

import type { SourceEntry } from '../../wire';

/** What is remembered from one reading to the next. */
export interface Freshness {
  /** Marked on screen. */
  marked: ReadonlySet<string>;
  /** Told fresh by the last reading. */
  told: ReadonlySet<string>;
}

export const NOTHING_FRESH: Freshness = { marked: new Set(), told: new Set() };

/** After a reading; also answers which one to bring into sight: the first that was not fresh before. */
export function freshStep(
  before: Freshness,
  sources: readonly SourceEntry[],
): { show: string | null; after: Freshness } {
  const told = new Set(sources.filter((one) => one.fresh).map((one) => one.id));
  const risen = [...told].filter((id) => !before.told.has(id));
  const known = new Set(sources.map((one) => one.id));
  const marked = new Set([...before.marked, ...risen].filter((id) => known.has(id)));
  return { show: risen[0] ?? null, after: { marked, told } };
}

/** After the person did something with it. */
export function touched(before: Freshness, source: string): Freshness {
  if (!before.marked.has(source)) return before;
  return { ...before, marked: new Set([...before.marked].filter((id) => id !== source)) };
}
