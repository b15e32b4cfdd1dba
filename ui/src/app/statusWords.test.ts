import { expect, it } from 'vitest';

import type { ClusterStatus } from '../wire';
import { statusWords } from './statusWords';

const STATUS: ClusterStatus = {
  live: true,
  asOfMs: 1,
  asOf: '14:03:12',
  why: '',
  latencyMs: 9.4,
  watches: 1,
  objects: 10_211,
  received: '3.2 MB',
  receivedBytes: 3_200_000,
  zone: 'Europe/Oslo',
  problem: '',
};

it('says what is live', () => {
  expect(statusWords(STATUS)).toEqual({
    live: 'live · as of 14:03:12',
    latency: '9 ms',
    held: '1 watch · 10,211 objects',
    received: '3.2 MB received',
    zone: 'Europe/Oslo',
  });
});

it.each([
  [{ live: false, why: 'reconnecting' }, 'not live · as of 14:03:12, reconnecting'],
  [{ live: false, asOf: '' }, 'not live · not yet heard of'],
])('says since when it is not: %j', (changes, expected) => {
  expect(statusWords({ ...STATUS, ...changes }).live).toBe(expected);
});
