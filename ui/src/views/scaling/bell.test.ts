import { beforeEach, expect, test, vi } from 'vitest';

import type { BellTold } from '../../wire';
import { Bell } from './bell.svelte';

const answers: ((told: BellTold) => void)[] = [];
const ask = () => new Promise<BellTold>((answer) => answers.push(answer));
vi.mock('../shared/bell', () => ({ readBell: () => ask(), setBell: () => ask() }));

beforeEach(() => {
  answers.length = 0;
});

const bell = () => new Bell('c', { kind: 'scaledobjects', namespace: 'n', name: 'a' });

test('what was asked before it was turned on does not turn it off again', async () => {
  const rung = bell();
  const read = rung.read();
  const toggled = rung.toggle();
  answers[1]?.({ on: true, problem: 'nobody shows it' });
  await toggled;
  answers[0]?.({ on: false, problem: '' });
  await read;
  expect([rung.on, rung.problem]).toEqual([true, 'nobody shows it']);
});

test('what was asked afterwards counts', async () => {
  const rung = bell();
  const toggled = rung.toggle();
  answers[0]?.({ on: true, problem: '' });
  await toggled;
  const read = rung.read();
  answers[1]?.({ on: true, problem: 'it went' });
  await read;
  expect([rung.on, rung.problem]).toEqual([true, 'it went']);
});
