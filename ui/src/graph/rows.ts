// Bars that do not overlap share a row.

/** A row for each span, in the order given, which is that of their beginnings; `gap` is kept between two in a row. */
export function packRows(spans: readonly { from: number; to: number }[], gap: number): number[] {
  const ends: number[] = [];
  return spans.map(({ from, to }) => {
    const free = ends.findIndex((end) => end + gap <= from);
    const row = free < 0 ? ends.length : free;
    ends[row] = to;
    return row;
  });
}

/** Pixels from one row to the next: fewer the more rows there are. */
export function pitchOf(rows: number): number {
  return rows <= 8 ? 18 : rows <= 14 ? 13 : rows <= 30 ? 9 : 6;
}
