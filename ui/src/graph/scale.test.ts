import { describe, expect, it } from 'vitest';

import { figure, plotRange } from './scale';

describe('plotRange', () => {
  it.each([
    ['data alone', { least: 1, most: 10 }, null, false, 0, 11, false],
    ['a limit above the data is kept in view', { least: 1, most: 6 }, 10, true, 0, 11, false],
    ['a limit far above would flatten the data', { least: 1, most: 3 }, 100, true, 0, 3.3, true],
    ['nothing counted yet', null, null, true, 0, 1.1, false],
    ['all zero', { least: 0, most: 0 }, null, false, 0, 1, false],
    ['below zero', { least: -4, most: 10 }, null, false, -4, 11, false],
  ])('%s', (_, data, limit, whole, bottom, top, beyond) => {
    const range = plotRange(data, limit, whole);
    expect(range.bottom).toBe(bottom);
    expect(range.top).toBeCloseTo(top);
    expect(range.beyond).toBe(beyond);
  });
});

describe('what may leave the plot', () => {
  it.each([
    ['more is shown', 9, 4, 9.9],
    ['far more leaves it, with room for its value', 20, 6, 7.8],
    ['the limit stays in view below it', 200, 12, 15.6],
    ['nothing else is there', 3, null, 3.3],
  ])('%s', (_, wish, limit, top) => {
    expect(plotRange({ least: 1, most: 2 }, limit, true, wish).top).toBeCloseTo(top);
  });
});

describe('figure', () => {
  it.each([
    [0, '0'],
    [8, '8'],
    [62.345, '62.3'],
    [0.01234, '0.0123'],
    [1234.5, '1235'],
    [12_500, '12.5k'],
    [3_200_000, '3.2M'],
    [-15_000, '-15k'],
  ])('%d is %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
