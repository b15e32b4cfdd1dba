import { expect, test } from 'vitest';

import type { ContextEntry, SourceEntry, StartPage } from '../../wire';
import { listingOf, sourceOf, type Item } from './items';

function source(id: string, more: Partial<SourceEntry> = {}): SourceEntry {
  const plain = { problem: null, warnings: [], fresh: false, removable: false };
  return { id, origin: 'opened', title: id, files: [`/${id}`], ...plain, ...more };
}

function context(name: string, of: string, more: Partial<ContextEntry> = {}): ContextEntry {
  return {
    id: name,
    source: of,
    file: `/${of}`,
    name,
    cluster: name,
    server: `https://${name}.example.test`,
    user: 'me',
    namespace: '',
    current: false,
    access: { type: 'token' },
    warnings: [],
    lastUsed: '',
    lastUsedMs: 0,
    settings: { colour: 0, title: '', namespace: '' },
    ...more,
  };
}

const MERGED = source('merged', { title: 'KUBECONFIG', files: ['/m1', '/m2'] });
const PAGE: StartPage = {
  demo: {
    context: 'demo',
    name: 'Demo cluster',
    server: '',
    settings: { colour: 0, title: '', namespace: '' },
    opens: false,
  },
  sources: [source('a'), source('empty'), MERGED],
  contexts: [
    context('lab', 'a'),
    context('Prod-EU', 'merged', { file: '/m1' }),
    context('prod-us', 'merged', {
      file: '/m2',
      settings: { colour: 0, title: 'Ohio', namespace: '' },
    }),
  ],
  folders: [{ id: 'f', path: '/folder', files: 0, problem: '' }],
  usualPlace: '',
  appVersion: '',
};

function told(item: Item): string {
  switch (item.type) {
    case 'source':
      return `[${item.source.title}]`;
    case 'file':
      return item.path;
    case 'context':
      return item.recent ? `recent:${item.context.name}` : item.context.name;
    case 'folder':
      return item.folder.path;
    case 'recent':
    case 'nothing':
    case 'folders':
      return item.type;
  }
}

test.each([
  ['', '[a] lab [empty] nothing [KUBECONFIG] /m1 Prod-EU /m2 prod-us folders /folder', 3],
  ['PROD', '[KUBECONFIG] /m1 Prod-EU /m2 prod-us', 2],
  ['prod eu.', '[KUBECONFIG] /m1 Prod-EU', 1],
  ['/a', '[a] lab', 1],
  ['kubeconfig us', '[KUBECONFIG] /m2 prod-us', 1],
  ['ohio', '[KUBECONFIG] /m2 prod-us', 1],
  ['nothing', '', 0],
])('filter %j', (filter, expected, found) => {
  const listing = listingOf(PAGE, filter);
  expect(listing.items.map(told).join(' ')).toBe(expected);
  expect(listing.found).toBe(found);
});

test('a source that could not be read stays, and says so itself', () => {
  const problem = { code: 'malformed' as const, message: 'No.', detail: '' };
  const page = { ...PAGE, sources: [source('broken', { problem })], contexts: [], folders: [] };
  expect(listingOf(page, '').items.map(told)).toEqual(['[broken]']);
});

test('the last used stand on top where there are many, once filtered nowhere twice', () => {
  const many = Array.from({ length: 20 }, (_, at) =>
    context(`c${at}`, 'a', { lastUsedMs: at % 2 === 0 ? at : 0 }),
  );
  const page = { ...PAGE, sources: [source('a')], contexts: many, folders: [] };
  const items = listingOf(page, '').items;
  expect(items.slice(0, 7).map(told).join(' ')).toBe(
    'recent recent:c18 recent:c16 recent:c14 recent:c12 recent:c10 [a]',
  );
  expect(new Set(items.map((item) => item.key)).size).toBe(items.length);
  expect(listingOf(page, 'c18').items.map(told)).toEqual(['[a]', 'c18']);
});

test('a line belongs to its source, a recent one to none', () => {
  const [heading] = listingOf(PAGE, '').items;
  expect(heading && sourceOf(heading)).toBe('a');
  const recent: Item = { type: 'context', key: '', context: context('x', 'a'), recent: true };
  expect(sourceOf(recent)).toBe('');
});
