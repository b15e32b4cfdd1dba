import { expect, test } from 'vitest';
import type { ContextEntry } from '../../wire';
import { groupsOf } from './groups';

function context(name: string, file: string, server: string): ContextEntry {
  return {
    id: name,
    file,
    name,
    cluster: name,
    server,
    user: 'me',
    namespace: '',
    current: false,
    access: { type: 'token' },
    warnings: [],
  };
}

const FILES = ['/a', '/empty', '/b'];
const CONTEXTS = [
  context('Prod-EU', '/b', 'https://eu.example.test'),
  context('lab', '/a', 'https://lab.example.test'),
  context('prod-us', '/b', 'https://us.example.test'),
];

test.each([
  ['', ['/a: lab', '/b: Prod-EU prod-us']],
  ['PROD', ['/b: Prod-EU prod-us']],
  ['prod eu.', ['/b: Prod-EU']],
  ['/a', ['/a: lab']],
  ['nothing', []],
])('filter %j', (filter, expected) => {
  const groups = groupsOf(FILES, CONTEXTS, filter);
  const words = groups.map(
    (group) => `${group.file}: ${group.contexts.map((one) => one.name).join(' ')}`,
  );
  expect(words).toEqual(expected);
});
