import { describe, expect, it } from 'vitest';

import { placeLabels } from './bands';

const band = (left: number, right: number, width: number) => ({ left, right, width });

describe('placeLabels', () => {
  it.each([
    ['centred where they fit', [band(10, 110, 40)], [{ x: 40, row: 0 }]],
    ['running out at the right where they do not', [band(50, 70, 60)], [{ x: 54, row: 0 }]],
    ['kept inside the right edge', [band(170, 180, 60)], [{ x: 140, row: 0 }]],
    ['only what is shown counts', [band(-100, 20, 15)], [{ x: 2.5, row: 0 }]],
    [
      'one above the other where they overlap, the wider first',
      [band(10, 40, 60), band(20, 120, 60)],
      [
        { x: 14, row: 1 },
        { x: 40, row: 0 },
      ],
    ],
    [
      'left out when rows run out',
      [band(10, 40, 60), band(12, 60, 60), band(14, 90, 60)],
      [null, { x: 16, row: 1 }, { x: 22, row: 0 }],
    ],
    [
      'none where they would seem to be another’s',
      [band(10, 30, 60), band(60, 160, 40)],
      [null, { x: 90, row: 0 }],
    ],
    ['none for slivers', [band(10, 12, 20)], [null]],
    ['none off screen', [band(300, 400, 20)], [null]],
  ])('%s', (_, bands, expected) => {
    expect(placeLabels(bands, 0, 200, 2)).toEqual(expected);
  });
});
