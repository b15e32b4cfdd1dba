// Where a band's words stand, so that no two of them overlap.

/** A band to be labelled, in pixels; given in order of `left`. */
export interface LabelRoom {
  left: number;
  right: number;
  /** Of its words. */
  width: number;
}

/** Where its words begin, and in which row; null where there is no room. */
export type LabelPlace = { x: number; row: number } | null;

const GAP = 6;
/** A band narrower than this says nothing on its own: there are many of them. */
const NARROW = 5;

/** Places words inside `from..to`, in at most `rows` rows: the widest bands first, centred where they fit. */
export function placeLabels(
  bands: readonly LabelRoom[],
  from: number,
  to: number,
  rows: number,
): LabelPlace[] {
  const places: LabelPlace[] = bands.map(() => null);
  const taken: { row: number; left: number; right: number }[] = [];
  const widest = bands
    .map((band, index) => ({ index, shown: Math.min(band.right, to) - Math.max(band.left, from) }))
    .filter(({ shown }) => shown >= NARROW)
    .sort((a, b) => b.shown - a.shown || b.index - a.index);
  for (const { index, shown } of widest) {
    const band = bands[index] as LabelRoom;
    const left = Math.max(band.left, from);
    const begin = shown >= band.width ? left + (shown - band.width) / 2 : left + 4;
    const x = Math.max(from, Math.min(begin, to - band.width));
    const row = Array.from({ length: rows }, (_, at) => at).find((at) =>
      taken.every(
        (other) => other.row !== at || x >= other.right + GAP || x + band.width <= other.left - GAP,
      ),
    );
    if (row === undefined || x + band.width > to) continue;
    if (bands.some((other) => other !== band && isUnder(other, band, x, band.width))) continue;
    taken.push({ row, left: x, right: x + band.width });
    places[index] = { x, row };
  }
  return places;
}

/** Whether words at `x` that run out of their band would stand in one beside it, and seem to be that one's. */
function isUnder(other: LabelRoom, band: LabelRoom, x: number, width: number): boolean {
  const isBeside = other.left >= band.right || other.right <= band.left;
  return isBeside && other.left < x + width - GAP && other.right > x + GAP;
}
