import { describe, expect, it } from 'vitest';

import {
  MAX_HEIGHT,
  pageRows,
  rangeAt,
  ROW_HEIGHT,
  rowTop,
  scrollHeight,
  scrollScale,
  scrollTopToShow,
} from './windowing';

const viewport = 10 * ROW_HEIGHT;

describe('rangeAt', () => {
  const cases: [string, number, number, number, { from: number; count: number }][] = [
    ['the top', 0, 1000, 0, { from: 0, count: 10 }],
    ['overscan stops at the top', 0, 1000, 5, { from: 0, count: 15 }],
    ['half a row shows eleven', 14, 1000, 0, { from: 0, count: 11 }],
    ['the middle', 100 * ROW_HEIGHT, 1000, 5, { from: 95, count: 20 }],
    ['the bottom', 990 * ROW_HEIGHT, 1000, 5, { from: 985, count: 15 }],
    ['past the bottom of a list that shrank', 990 * ROW_HEIGHT, 20, 0, { from: 10, count: 10 }],
    ['fewer rows than fit', 0, 3, 5, { from: 0, count: 3 }],
    ['no rows', 500, 0, 5, { from: 0, count: 0 }],
  ];
  it.each(cases)('%s', (_, scrollTop, total, overscan, expected) => {
    expect(rangeAt(scrollTop, { total, viewport }, overscan)).toEqual(expected);
  });

  it('is empty before the height is known', () => {
    expect(rangeAt(0, { total: 9, viewport: 0 }, 4)).toEqual({ from: 0, count: 0 });
  });
});

describe('lists taller than an element may be', () => {
  const extent = { total: 2_000_000, viewport };
  const bottom = scrollHeight(extent) - viewport;

  it('are scaled, shorter ones are not', () => {
    expect(scrollHeight(extent)).toBe(MAX_HEIGHT);
    expect(scrollScale(extent)).toBeGreaterThan(3.9);
    expect(scrollScale({ total: 500_000, viewport })).toBe(1);
  });

  it('reach the last row at the bottom', () => {
    const { from, count } = rangeAt(bottom, extent, 0);
    expect(from + count).toBe(extent.total);
  });

  it.each([0, 1234, 7_000_000, bottom])('place the visible rows in view at %d', (scrollTop) => {
    const { from, count } = rangeAt(scrollTop, extent, 0);
    const first = rowTop(from, scrollTop, extent);
    const last = rowTop(from + count - 1, scrollTop, extent);
    expect(first).toBeGreaterThan(scrollTop - ROW_HEIGHT - 1);
    expect(first).toBeLessThanOrEqual(scrollTop);
    expect(last).toBeLessThan(scrollTop + viewport);
    expect(last - first).toBeCloseTo((count - 1) * ROW_HEIGHT, 3);
  });
});

describe('scrollTopToShow', () => {
  const extent = { total: 1000, viewport };
  it.each([
    ['in view stays', 105, 100 * ROW_HEIGHT, 100 * ROW_HEIGHT],
    ['above comes to the top', 50, 100 * ROW_HEIGHT, 50 * ROW_HEIGHT],
    ['below comes to the bottom', 110, 100 * ROW_HEIGHT, 101 * ROW_HEIGHT],
  ])('%s', (_, index, scrollTop, expected) => {
    expect(scrollTopToShow(index, scrollTop, extent)).toBe(expected);
  });

  it('brings any row of a scaled list wholly into view', () => {
    const tall = { total: 2_000_000, viewport };
    for (const index of [0, 999_999, 1_999_999]) {
      const scrollTop = scrollTopToShow(index, 500_000, tall);
      const top = rowTop(index, scrollTop, tall);
      expect(top).toBeGreaterThanOrEqual(scrollTop - 1);
      expect(top + ROW_HEIGHT).toBeLessThanOrEqual(scrollTop + viewport + 1);
    }
  });
});

it('a page is what fits whole, and at least one row', () => {
  expect(pageRows({ total: 9, viewport: 100 })).toBe(3);
  expect(pageRows({ total: 9, viewport: 5 })).toBe(1);
});
