import { describe, expect, it } from 'vitest';

import type { SeriesData } from './decode';
import { extent, indexAt, plotPoints, valueAt } from './sample';

const data: SeriesData = {
  times: Float64Array.of(10, 20, 30),
  values: [Float64Array.of(1, 2, 3), Float64Array.of(5, NaN, 7)],
};

describe('indexAt', () => {
  it.each([
    [9, -1],
    [10, 0],
    [19.9, 0],
    [20, 1],
    [99, 2],
  ])('at %d is %d', (at, index) => {
    expect(indexAt(data.times, at)).toBe(index);
  });

  it('of nothing is -1', () => {
    expect(indexAt([], 5)).toBe(-1);
  });
});

describe('valueAt', () => {
  it.each([
    ['before the first point', 0, 5, 40, null],
    ['held between points', 0, 25, 40, 2],
    ['inside a gap', 1, 25, 40, null],
    ['held to the edge', 1, 39, 40, 7],
    ['beyond the edge', 1, 41, 40, null],
    ['on the last point when nothing is held', 0, 30, 0, 3],
    ['a series that is not there', 9, 25, 40, null],
  ])('%s', (_, series, at, heldTo, value) => {
    expect(valueAt(data, series, at, heldTo)).toBe(value);
  });
});

describe('plotPoints', () => {
  it('turns NaN into gaps and holds the last point', () => {
    expect(plotPoints(data, [1, 0], 35)).toEqual({
      times: [10, 20, 30, 35],
      values: [
        [5, null, 7, 7],
        [1, 2, 3, 3],
      ],
    });
  });

  it('does not go back to an edge already passed', () => {
    expect(plotPoints(data, [0], 30).times).toEqual([10, 20, 30]);
  });

  it('lets what is set hold on beyond the edge, and nothing else', () => {
    const { times, values } = plotPoints(data, [1, 0], 35, new Set([0]), 50);
    expect(times).toEqual([10, 20, 30, 35, 35.001, 50]);
    expect(values.map((row) => row.slice(-3))).toEqual([
      [7, null, null],
      [3, 3, 3],
    ]);
  });

  it.each([
    ['is at hand up to the edge already', 30, [10, 20, 30, 30.001, 50]],
    ['is not known to hold', 0, [10, 20, 30]],
  ])('lets it hold on, or not, when it %s', (_, heldTo, times) => {
    expect(plotPoints(data, [0], heldTo, new Set([0]), 50).times).toEqual(times);
  });

  it('invents no point when there is none', () => {
    const none = { times: new Float64Array(), values: [new Float64Array()] };
    expect(plotPoints(none, [0], 99)).toEqual({ times: [], values: [[]] });
  });
});

describe('extent', () => {
  const points = plotPoints(data, [0, 1], 0);
  it.each([
    ['everything', [0, 1], 0, { least: 1, most: 7 }],
    ['the value held into the window counts', [0], 25, { least: 2, most: 3 }],
    ['no rows', [], 0, null],
  ])('%s', (_, rows, from, expected) => {
    expect(extent(points, rows, from)).toEqual(expected);
  });
});
