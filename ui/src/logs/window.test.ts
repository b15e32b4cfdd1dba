import { describe, expect, it } from 'vitest';

import { LINE, linesAt, MOST_LINES, originOf, topToShow } from './window';

describe('linesAt', () => {
  const page = 10 * LINE;
  it.each([
    ['the top', 0, page, 0, 1000, 0, { from: 0, count: 10 }],
    ['between two lines', LINE * 1.5, page, 0, 1000, 0, { from: 1, count: 11 }],
    ['with some more', LINE * 50, page, 0, 1000, 5, { from: 45, count: 20 }],
    ['numbers begin where the ring does', 0, page, 400, 1000, 2, { from: 400, count: 12 }],
    ['the end', 1e9, page, 0, 100, 5, { from: 85, count: 15 }],
    ['fewer lines than room', 0, page, 0, 3, 5, { from: 0, count: 3 }],
    ['no lines', 0, page, 7, 7, 5, { from: 7, count: 0 }],
    ['no room', 0, 0, 0, 9, 5, { from: 0, count: 0 }],
  ])('%s', (_, top, viewport, origin, next, overscan, range) => {
    expect(linesAt(top, viewport, origin, next, overscan)).toEqual(range);
  });
});

describe('originOf', () => {
  it.each([
    [{ first: 0, next: 10 }, 0],
    [{ first: 90, next: 100 }, 90],
    [{ first: 0, next: MOST_LINES + 5 }, 5],
  ])('%o', (held, origin) => {
    expect(originOf(held)).toBe(origin);
  });
});

describe('topToShow', () => {
  it.each([
    ['visible: stays', 5, 0, 180, 0],
    ['below: to the middle', 100, 0, 180, 1710],
    ['above: to the middle', 10, 900, 180, 90],
    ['near the start: not above it', 1, 900, 180, 0],
  ])('%s', (_, index, top, viewport, expected) => {
    expect(topToShow(index, top, viewport)).toBe(expected);
  });
});
