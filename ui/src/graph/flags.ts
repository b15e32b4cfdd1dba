// Places flags on a strip so that no words overlap: into rows first, into groups when rows run out.

/** A flag to be placed; given in order of `x`. */
export interface Mark {
  /** Where its pole stands, in pixels. */
  x: number;
  /** Room right of the pole for its sign, and its words if they stand there. */
  width: number;
  /** Room left of the pole, for words that would leave the strip at the right. */
  before: number;
}

/** One sign on the strip. */
export interface PlacedFlag {
  x: number;
  row: number;
  /** Indices of the marks it stands for; the first has the pole. */
  members: number[];
}

/** Room kept between two flags of a row, in pixels. */
const GAP = 4;

/** Width of the words of a group: `×12`. */
export const GROUP_WIDTH = 44;

/**
 * Places `marks` into at most `rows` rows. A mark that fits in no row joins the flag of the row that
 * would be free first; that flag then shows how many it stands for.
 */
export function layoutFlags(marks: readonly Mark[], rows: number): PlacedFlag[] {
  const placed: PlacedFlag[] = [];
  const ends: number[] = Array.from({ length: rows }, () => -Infinity);
  const last: (PlacedFlag | undefined)[] = Array.from({ length: rows });
  marks.forEach((mark, index) => {
    const free = ends.findIndex((end) => end + GAP <= mark.x - mark.before);
    if (free >= 0) {
      const flag = { x: mark.x, row: free, members: [index] };
      placed.push(flag);
      last[free] = flag;
      ends[free] = mark.x + mark.width;
      return;
    }
    const row = ends.indexOf(Math.min(...ends));
    const flag = last[row];
    if (!flag) return;
    flag.members.push(index);
    ends[row] = flag.x + GROUP_WIDTH;
  });
  return placed;
}
