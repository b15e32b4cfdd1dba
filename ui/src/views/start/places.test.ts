import { expect, test } from 'vitest';

import { rangeIn, scrollToShow, topsOf } from './places';

const HEIGHTS = [40, 28, 100, 28, 28];
const TOPS = topsOf(HEIGHTS);

test('tops add up', () => {
  expect(TOPS).toEqual([0, 40, 68, 168, 196, 224]);
});

test.each([
  [0, 60, 0, 0, 2],
  [40, 28, 0, 1, 3],
  [70, 10, 0, 2, 3],
  [70, 10, 100, 0, 4],
  [500, 60, 0, 5, 5],
])('at %i with %i in sight and %i beside: %i to %i', (scrollTop, viewport, beside, from, end) => {
  expect(rangeIn(TOPS, { scrollTop, viewport }, beside)).toEqual({ from, end });
});

test('every line in sight is mounted, wherever it is scrolled', () => {
  for (let scrollTop = 0; scrollTop <= 224; scrollTop += 1) {
    const { from, end } = rangeIn(TOPS, { scrollTop, viewport: 50 }, 0);
    HEIGHTS.forEach((_, at) => {
      const inSight = (TOPS[at + 1] ?? 0) > scrollTop && (TOPS[at] ?? 0) < scrollTop + 50;
      if (inSight) expect(at >= from && at < end, `${at} at ${scrollTop}`).toBe(true);
    });
  }
});

test('an empty list mounts nothing', () => {
  expect(rangeIn(topsOf([]), { scrollTop: 0, viewport: 500 }, 100)).toEqual({ from: 0, end: 0 });
});

test.each([
  [0, 60, 4, 10, 174],
  [100, 60, 1, 10, 30],
  [100, 124, 3, 0, 100],
])(
  'from %i with %i in sight, line %i shows at %i, scrolled to %i',
  (scrollTop, viewport, at, margin, expected) => {
    expect(scrollToShow(TOPS, at, { scrollTop, viewport }, margin)).toBe(expected);
  },
);
