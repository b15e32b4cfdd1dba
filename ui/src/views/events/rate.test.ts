import { expect, test } from 'vitest';

import type { EventRate } from '../../wire';
import { barsOf, summary, words } from './rate';

const rate: EventRate = {
  state: {
    phase: 'live',
    why: '',
    received: 0,
    expected: null,
    code: null,
    lack: null,
    limitedTo: [],
  },
  warnings: [0, 1, 0],
  normal: [100, 0, 0],
  minutes: ['14:01', '14:02', '14:03'],
};

test('bars are parts of the busiest minute, and the least is seen', () => {
  expect(barsOf(rate)).toEqual([
    { warnings: 0, normal: 100 },
    { warnings: 4, normal: 0 },
    { warnings: 0, normal: 0 },
  ]);
});

test('words', () => {
  expect(words(rate, 1)).toBe('14:02: 1 warning, 0 normal');
  expect(summary(rate)).toBe('Last hour, a bar a minute: 1 warning (hatched), 100 normal');
  expect(summary({ ...rate, state: { ...rate.state, phase: 'failed' } })).toBe(
    'Events cannot be read',
  );
});
