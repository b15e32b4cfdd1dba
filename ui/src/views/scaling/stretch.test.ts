import { expect, it } from 'vitest';

import { covers, padded } from './stretch';

const asked = padded({ from: 1000, to: 2000 });

it('asks for half as much again on each side', () => {
  expect(asked).toEqual({ from: 500, to: 2500 });
});

it.each([
  ['the same', 1000, 2000, true],
  ['a short drag', 1300, 2300, true],
  ['a long drag', 1450, 2450, false],
  ['back', 550, 1550, false],
  ['a closer look', 1300, 1700, false],
  ['a wider look', 500, 2500, false],
])('%s', (_, from, to, expected) => {
  expect(covers(asked, { from, to })).toBe(expected);
});
