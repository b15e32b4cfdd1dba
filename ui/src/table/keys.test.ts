import { describe, expect, it } from 'vitest';

import { followed, moved, moveOf, type Active, type Move } from './keys';

const plain = { ctrl: false, shift: false, alt: false };

it.each([
  ['ArrowDown', plain, 'down'],
  ['g', plain, 'first'],
  ['G', plain, 'last'],
  ['j', plain, 'down'],
  ['k', plain, 'up'],
  ['k', { ...plain, ctrl: true }, null],
  ['Home', { ...plain, ctrl: true }, 'first'],
  ['End', plain, 'last'],
  ['PageUp', plain, 'pageUp'],
  ['ArrowUp', { ...plain, alt: true }, null],
  ['l', plain, null],
] as const)('%s with %o is %s', (key, held, expected) => {
  expect(moveOf({ key, ...held })).toBe(expected);
});

describe('moved', () => {
  const cases: [number, Move, number, number][] = [
    [-1, 'down', 100, 0],
    [-1, 'up', 100, 0],
    [0, 'up', 100, 0],
    [5, 'down', 100, 6],
    [99, 'down', 100, 99],
    [5, 'pageUp', 100, 0],
    [50, 'pageDown', 100, 60],
    [95, 'pageDown', 100, 99],
    [50, 'first', 100, 0],
    [50, 'last', 100, 99],
    [3, 'down', 0, -1],
    [-1, 'last', 0, -1],
    [-1, 'first', 0, -1],
  ];
  it.each(cases)('from %d %s of %d', (index, move, total, expected) => {
    expect(moved(index, move, total, 10)).toBe(expected);
  });
});

describe('followed', () => {
  const rows = ['a', 'b', 'c'].map((key) => ({ key }));
  const cases: [string, Active, number, number, Active][] = [
    ['follows its key', { index: 0, key: 'c' }, 10, 50, { index: 12, key: 'c' }],
    [
      'takes the row in its place when gone',
      { index: 11, key: 'x' },
      10,
      50,
      { index: 11, key: 'b' },
    ],
    ['keeps its key out of sight', { index: 40, key: 'x' }, 10, 50, { index: 40, key: 'x' }],
    [
      'takes the last row of a list that shrank',
      { index: 40, key: 'x' },
      10,
      13,
      { index: 12, key: 'c' },
    ],
    ['is none in an empty list', { index: 4, key: 'x' }, 0, 0, { index: -1, key: null }],
    [
      'follows its key among moved rows',
      { index: 40, key: 'b', moved: true },
      0,
      3,
      { index: 1, key: 'b', moved: true },
    ],
    [
      'is none where rows moved without it',
      { index: 1, key: 'x', moved: true },
      0,
      3,
      { index: -1, key: null },
    ],
    ['stays none', { index: -1, key: null }, 0, 3, { index: -1, key: null }],
    ['learns the key of a place', { index: 1, key: null }, 0, 3, { index: 1, key: 'b' }],
  ];
  it.each(cases)('%s', (_, active, from, total, expected) => {
    const shown = total === 0 ? [] : rows;
    expect(followed(active, shown, from, total)).toEqual(expected);
  });
});
