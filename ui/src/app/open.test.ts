import { expect, test } from 'vitest';

import type { ClusterInfo } from '../wire';
import { afterReading } from './open';

const info = (cluster: string, name = cluster): ClusterInfo => ({
  cluster,
  context: cluster,
  name,
  colour: 1,
  initials: '',
  server: '',
  version: '',
  namespace: '',
  demo: false,
});
const make = (one: ClusterInfo) => ({ info: one });

test('clusters that are gone go, new ones come, titles follow', () => {
  const [a, b] = [make(info('a')), make(info('b'))];
  const after = afterReading([a, b], [a, b], [info('b', 'Berlin'), info('c')], make);
  expect(after.map((one) => one.info.name)).toEqual(['Berlin', 'c']);
  expect(after[0]).toBe(b);
});

test('what was connected or closed while it was asked stays so', () => {
  const [a, b, c] = [make(info('a')), make(info('b')), make(info('c'))];
  const after = afterReading([a, b], [a, c], [info('a'), info('b')], make);
  expect(after).toEqual([a, c]);
});
