import { expect, it } from 'vitest';

import { found, type PaletteItem } from './palette';

const item = (title: string, ...also: string[]): PaletteItem => ({
  id: title,
  title,
  sort: 'kind',
  also,
  run: () => undefined,
});
const ITEMS = [
  item('ReplicaSets', 'rs'),
  item('Pods', 'po'),
  item('HPAs', 'hpa', 'horizontalpodautoscaler'),
  item('PodTemplates'),
];

it.each([
  ['', 'ReplicaSets Pods HPAs PodTemplates'],
  ['pods', 'Pods PodTemplates'],
  ['pod', 'Pods PodTemplates'],
  ['hpa', 'HPAs'],
  ['rs', 'ReplicaSets'],
  ['horizontal', 'HPAs'],
  ['pdt', 'PodTemplates'],
  ['nothing', ''],
])('“%s” finds %s', (typed, expected) => {
  const titles = found(ITEMS, typed, 10).map((one) => one.title);
  expect(titles.join(' ')).toBe(expected);
});

it('gives no more than asked for', () => {
  expect(found(ITEMS, '', 2)).toHaveLength(2);
});
