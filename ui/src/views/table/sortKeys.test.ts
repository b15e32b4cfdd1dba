import { expect, it } from 'vitest';

import type { Column } from '../../wire';
import { sortKeyColumn } from './sortKeys';

const columns = (...ids: string[]): Column[] =>
  ids.map((id) => ({ id, title: id, align: 'start', width: 80, wide: false }));

it.each([
  ['A', columns('name', 'age'), 'age'],
  ['A', columns('last-seen'), 'last-seen'],
  ['S', columns('name', 'phase'), 'phase'],
  ['C', columns('name'), undefined],
  ['a', columns('age'), undefined],
  ['Enter', columns('age'), undefined],
])('%s', (key, of, expected) => {
  expect(sortKeyColumn(key, of)).toBe(expected);
});
