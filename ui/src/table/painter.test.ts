// @vitest-environment jsdom

import { beforeEach, describe, expect, it } from 'vitest';

import type { RowOut, Tone } from '../wire';
import { RowPainter, type Look, type Pinned } from './painter';

const COLUMNS = ['name', 'status'].map((id, cell) => ({
  column: { id, title: id, align: 'start' as const, width: 100, wide: false },
  cell,
  width: 100,
}));
const look = (more: Partial<Look> = {}): Look => ({
  columns: COLUMNS,
  marked: new Set(['status']),
  activeKey: null,
  idPrefix: 'row',
  top: (index) => index * 28,
  ...more,
});
const row = (key: string, status = 'ok', tone: Tone = 'plain'): RowOut => ({
  key,
  namespace: '',
  name: key,
  kind: 'things',
  cells: [
    { text: key, tone: 'plain' },
    { text: status, tone },
  ],
  selected: false,
});
const rows = (keys: string) => [...keys].map((key) => row(key));

let body: HTMLElement;
let painter: RowPainter;
beforeEach(() => {
  body = document.createElement('div');
  painter = new RowPainter(body);
});

const names = () => [...body.children].map((one) => one.firstChild?.textContent).join('');
const indices = () => [...body.children].map((one) => Number(one.getAttribute('aria-rowindex')));
const elementOf = (key: string) =>
  [...body.children].find((one) => one.firstChild?.textContent === key);

describe('rows stand in the order of the list, whatever came before', () => {
  it.each([
    ['scrolled down', 'abcdef', 0, 'cdefgh', 2],
    ['scrolled up', 'cdefgh', 2, 'abcdef', 0],
    ['jumped', 'abc', 0, 'xyz', 100],
    ['one inserted', 'abcd', 0, 'aXbc', 0],
    ['one gone', 'abcd', 0, 'acde', 0],
    ['reversed', 'abcdef', 0, 'fedcba', 0],
    ['fewer', 'abcdef', 0, 'b', 0],
    ['none', 'abc', 0, '', 0],
    ['more', 'b', 0, 'abc', 0],
  ])('%s', (_, before, beforeFrom, after, from) => {
    painter.paint(rows(before), beforeFrom, null, look());
    painter.paint(rows(after), from, null, look());
    expect(names()).toBe(after);
    expect(indices()).toEqual([...after].map((_key, at) => from + at + 2));
  });
});

it('keeps the element of a row that moved, and its text nodes', () => {
  painter.paint(rows('abc'), 0, null, look());
  const before = elementOf('b');
  const text = before?.firstChild?.firstChild;
  painter.paint(rows('Xab'), 0, null, look());
  expect(elementOf('b')).toBe(before);
  expect(elementOf('b')?.firstChild?.firstChild).toBe(text);
});

it('writes only what changed', async () => {
  painter.paint(rows('abc'), 0, null, look());
  const seen: string[] = [];
  const observer = new MutationObserver((records) => {
    for (const record of records) seen.push(`${record.type} ${record.target.textContent}`);
  });
  observer.observe(body, { subtree: true, childList: true, characterData: true, attributes: true });
  painter.paint([row('a'), row('b', 'late'), row('c')], 0, null, look());
  await Promise.resolve();
  expect(seen).toEqual(['characterData late']);
});

it('marks a toned cell of a marked column, and shows markup as text', () => {
  painter.paint([row('<b>x</b>', 'bad', 'bad'), row('c')], 0, null, look());
  expect(body.querySelectorAll('b')).toHaveLength(0);
  expect(names()).toBe('<b>x</b>c');
  expect([...body.querySelectorAll('.marked')].map((one) => one.textContent)).toEqual(['bad']);
});

it('says which row is active and which are selected', () => {
  const [a, b] = rows('ab') as [RowOut, RowOut];
  painter.paint([{ ...a, selected: true }, b], 0, null, look({ activeKey: 'b' }));
  expect(painter.idOf('b')).toBe(elementOf('b')?.id);
  expect([...body.children].map((one) => one.getAttribute('aria-selected'))).toEqual([
    'true',
    'false',
  ]);
});

it.each<[string, Pinned, string]>([
  ['above', { row: row('P'), index: 3 }, 'Pabc'],
  ['below', { row: row('P'), index: 90 }, 'abcP'],
  ['among the rows', { row: row('b'), index: 11 }, 'abc'],
])('the active row stays mounted %s', (_, pinned, expected) => {
  painter.paint(rows('abc'), 10, pinned, look({ activeKey: pinned.row.key }));
  expect(names()).toBe(expected);
  expect(indices()).toEqual([...indices()].sort((a, b) => a - b));
});
