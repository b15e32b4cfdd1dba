import { expect, test } from 'vitest';

import type { SourceEntry } from '../../wire';
import { freshStep, NOTHING_FRESH, touched } from './fresh';

const source = (id: string, fresh: boolean): SourceEntry => ({
  id,
  origin: 'opened',
  title: id,
  files: [],
  problem: null,
  warnings: [],
  fresh,
  removable: true,
});

test('marked from when it was told until it is touched, brought into sight once', () => {
  const first = freshStep(NOTHING_FRESH, [source('a', true), source('b', false)]);
  expect(first.show).toBe('a');
  // Told for a while longer, then no more: it is marked all the same.
  const second = freshStep(first.after, [source('a', true), source('b', false)]);
  expect(second.show).toBeNull();
  const third = freshStep(second.after, [source('a', false), source('b', false)]);
  expect([...third.after.marked]).toEqual(['a']);
  expect([...touched(third.after, 'a').marked]).toEqual([]);
});

test('touched, it stays so while it is still told; opened again, it is marked again', () => {
  const opened = freshStep(NOTHING_FRESH, [source('a', true)]).after;
  const seen = touched(opened, 'a');
  expect([...freshStep(seen, [source('a', true)]).after.marked]).toEqual([]);
  const calm = freshStep(seen, [source('a', false)]).after;
  expect(freshStep(calm, [source('a', true)]).show).toBe('a');
});

test('what was removed is marked no more', () => {
  const opened = freshStep(NOTHING_FRESH, [source('a', true)]).after;
  expect([...freshStep(opened, []).after.marked]).toEqual([]);
});
