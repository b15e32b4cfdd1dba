import { describe, expect, it } from 'vitest';

import type { Column, SortBy } from '../wire';
import { ariaSort, movedTo, NO_CHOICE, shownColumns, toggledSort } from './columns';

const column = (id: string, width: number, more: Partial<Column> = {}): Column => ({
  id,
  title: id,
  align: 'start',
  width,
  wide: false,
  ...more,
});
const COLUMNS = [
  column('name', 300),
  column('node', 100),
  column('cpu', 70, { align: 'end' }),
  column('ip', 120, { wide: true }),
];

describe('shown columns', () => {
  it.each([
    ['wide ones are hidden', {}, 'name:0 node:1 cpu:2'],
    ['a wide one is asked for', { shown: { ip: true } }, 'name:0 node:1 cpu:2 ip:3'],
    ['another is hidden', { shown: { node: false } }, 'name:0 cpu:2'],
    ['another order', { order: ['cpu', 'name'] }, 'cpu:2 name:0 node:1'],
    ['an order that knows all', { order: ['node', 'cpu', 'name'] }, 'node:1 cpu:2 name:0'],
    [
      'an order with what is gone',
      { order: ['gone', 'cpu', 'node', 'name'] },
      'cpu:2 node:1 name:0',
    ],
  ])('%s, each knowing its cell', (_, choice, expected) => {
    const shown = shownColumns(COLUMNS, { ...NO_CHOICE, ...choice }).map(
      (one) => `${one.column.id}:${one.cell}`,
    );
    expect(shown.join(' ')).toBe(expected);
  });
});

describe('movedTo', () => {
  it.each([
    ['cpu', 0, 'cpu name node'],
    ['cpu', 1, 'name cpu node'],
    ['name', 1, 'node name cpu'],
    ['name', 2, 'node cpu name'],
    ['name', 99, 'node cpu name'],
    ['node', -1, 'node name cpu'],
  ])('%s to %s', (id, place, expected) => {
    const order = movedTo(COLUMNS, NO_CHOICE, id, place);
    expect([...order].sort()).toEqual(['cpu', 'ip', 'name', 'node']);
    const shown = shownColumns(COLUMNS, { ...NO_CHOICE, order });
    expect(shown.map((one) => one.column.id).join(' ')).toBe(expected);
  });
});

describe('toggledSort', () => {
  const up = (name: string): SortBy => ({ column: name, descending: false });
  const down = (name: string): SortBy => ({ column: name, descending: true });
  const cases: [string, SortBy[], string, boolean, SortBy[]][] = [
    ['first click', [], 'a', false, [up('a')]],
    ['second click', [up('a')], 'a', false, [down('a')]],
    ['third click gives the own order back', [down('a')], 'a', false, []],
    ['another column replaces', [up('a'), up('b')], 'c', false, [up('c')]],
    ['shift adds', [up('a')], 'b', true, [up('a'), up('b')]],
    ['shift turns in place', [up('a'), up('b')], 'a', true, [down('a'), up('b')]],
    ['shift removes', [down('a'), up('b')], 'a', true, [up('b')]],
  ];
  it.each(cases)('%s', (_, sort, name, add, expected) => {
    expect(toggledSort(sort, name, add)).toEqual(expected);
  });

  it('is said to assistive technology', () => {
    const sort = [up('a'), down('b')];
    expect(['a', 'b', 'c'].map((name) => ariaSort(sort, name))).toEqual([
      'ascending',
      'descending',
      'none',
    ]);
  });
});
