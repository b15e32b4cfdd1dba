import { describe, expect, it } from 'vitest';

import { GROUP_WIDTH, layoutFlags, type Mark } from './flags';

const marks = (...pairs: [number, number][]): Mark[] =>
  pairs.map(([x, width]) => ({ x, width, before: 0 }));

describe('layoutFlags', () => {
  it.each([
    [
      'apart: one row',
      marks([0, 40], [50, 40], [100, 40]),
      2,
      [
        [0, [0]],
        [0, [1]],
        [0, [2]],
      ],
    ],
    [
      'close: two rows',
      marks([0, 40], [10, 40], [50, 40]),
      2,
      [
        [0, [0]],
        [1, [1]],
        [0, [2]],
      ],
    ],
    [
      'closer than rows allow: a group',
      marks([0, 60], [5, 60], [9, 60]),
      2,
      [
        [0, [0, 2]],
        [1, [1]],
      ],
    ],
    ['at the same instant', marks([7, 50], [7, 50]), 1, [[0, [0, 1]]]],
    ['none', [], 2, []],
  ])('%s', (_, given, rows, expected) => {
    const placed = layoutFlags(given, rows);
    expect(placed.map((flag) => [flag.row, flag.members])).toEqual(expected);
  });

  it('loses none and overlaps none, however dense', () => {
    const dense = Array.from({ length: 500 }, (_, index) => ({
      x: (index * index) / 300,
      before: 0,
      width: 20 + ((index * 37) % 90),
    }));
    const placed = layoutFlags(dense, 3);
    const members = placed.flatMap((flag) => flag.members).sort((a, b) => a - b);
    expect(members).toEqual(dense.map((_, index) => index));
    for (const row of [0, 1, 2]) {
      let end = -Infinity;
      for (const flag of placed.filter((candidate) => candidate.row === row)) {
        expect(flag.x).toBeGreaterThanOrEqual(end);
        const first = dense[flag.members[0] ?? 0];
        end = flag.x + (flag.members.length > 1 ? GROUP_WIDTH : (first?.width ?? 0));
      }
    }
  });

  it('words left of a pole need their room there', () => {
    const late: Mark = { x: 90, width: 14, before: 60 };
    const rows = (first: Mark) => layoutFlags([first, late], 2).map((flag) => flag.row);
    expect(rows({ x: 0, width: 20, before: 0 })).toEqual([0, 0]);
    expect(rows({ x: 0, width: 40, before: 0 })).toEqual([0, 1]);
  });
});
