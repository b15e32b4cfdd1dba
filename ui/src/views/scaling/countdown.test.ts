import { expect, it } from 'vitest';

import { leftText, waitAt } from './countdown';

it.each([
  [246_000, '4:06'],
  [245_001, '4:06'],
  [59_000, '0:59'],
  [1, '0:01'],
  [0, '0:00'],
  [-5_000, '0:00'],
  [9_540_000, '2 h 39'],
])('%s ms left', (ms, text) => {
  expect(leftText(ms)).toBe(text);
});

it.each([
  ['in the middle', 50, { type: 'waiting', ms: 50, left: 0.5 }],
  ['before it began', -100, { type: 'waiting', ms: 200, left: 1 }],
  ['at the earliest', 100, { type: 'due' }],
  ['at the latest', 115, { type: 'late' }],
])('%s', (_, now, expected) => {
  expect(waitAt(now, 0, 100, 115)).toEqual(expected);
});

it('is due before it is late, also when it is exact', () => {
  expect([waitAt(100, 0, 100, 100), waitAt(101, 0, 100, 100)]).toEqual([
    { type: 'due' },
    { type: 'late' },
  ]);
});
