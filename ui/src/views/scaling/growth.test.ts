import { describe, expect, it } from 'vitest';

import type { Growth } from '../../wire';
import { partsOf, tookText, wholeOf } from './growth';

const growth = (times: (number | null)[]): Growth => {
  const [seenMs, writtenMs, scheduledMs, startedMs, readyMs] = times.map((time) => time);
  return {
    crossedMs: 0,
    label: '',
    seenMs: seenMs ?? null,
    writtenMs: writtenMs ?? null,
    scheduledMs: scheduledMs ?? null,
    startedMs: startedMs ?? null,
    readyMs: readyMs ?? null,
  };
};

describe('partsOf', () => {
  it.each([
    ['all known', [10, 30, 35, 55, 100], [10, 20, 5, 20, 45], 100],
    ['one unknown: the next takes its time', [10, null, 35, 55, 100], [10, null, 25, 20, 45], 100],
    ['not done yet', [10, 30, null, null, null], [10, 20, null, null, null], 30],
    ['clocks that disagree', [10, 8, 35, 55, 100], [10, 0, 25, 20, 45], 100],
    ['nothing known', [], [null, null, null, null, null], 0],
  ])('%s', (_, times, parts, whole) => {
    expect(partsOf(growth(times)).map(({ ms }) => ms)).toEqual(parts);
    expect(wholeOf(growth(times))).toBe(whole);
  });
});

it.each([
  [8200, '8.2 s'],
  [9960, '10 s'],
  [41_000, '41 s'],
  [125_000, '2 m 05 s'],
])('%s ms', (ms, text) => {
  expect(tookText(ms)).toBe(text);
});
