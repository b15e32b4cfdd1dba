import { expect, it } from 'vitest';

import { packRows } from './rows';

it.each([
  ['nothing', [], []],
  ['overlapping', [[0, 9], [3, 5], [4, 8]], [0, 1, 2]], // prettier-ignore
  ['one after the other', [[0, 3], [5, 8], [10, 12]], [0, 0, 0]], // prettier-ignore
  ['too near', [[0, 3], [4, 8]], [0, 1]], // prettier-ignore
  ['into the first that is free', [[0, 9], [1, 3], [5, 7], [20, 21]], [0, 1, 1, 0]], // prettier-ignore
])('%s', (_, spans, rows) => {
  const given = spans.map(([from = 0, to = 0]) => ({ from, to }));
  expect(packRows(given, 2)).toEqual(rows);
});
