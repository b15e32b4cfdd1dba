import { expect, test } from 'vitest';

import { delayStep, STAND_MS, type Delay, type DelayInput } from './delay';

const after = (...inputs: DelayInput[]): Delay =>
  inputs.reduce<Delay>(delayStep, { type: 'covered' });
const disturbed = (now: number): DelayInput => ({ type: 'disturbed', now });
const tick = (now: number): DelayInput => ({ type: 'tick', now });

test('ready once it has stood long enough, and not before', () => {
  expect(after(disturbed(100), tick(100 + STAND_MS - 1)).type).toBe('waiting');
  expect(after(disturbed(100), tick(100 + STAND_MS)).type).toBe('ready');
});

test('each disturbance begins the wait anew, even when it was over', () => {
  expect(after(disturbed(0), disturbed(500), tick(STAND_MS)).type).toBe('waiting');
  expect(after(disturbed(0), tick(STAND_MS), disturbed(700), tick(701)).type).toBe('waiting');
});

test('no time goes by while it is covered', () => {
  expect(after(disturbed(0), { type: 'covered' }, tick(10_000)).type).toBe('covered');
  expect(after(tick(10_000)).type).toBe('covered');
});
