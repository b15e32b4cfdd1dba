// What the start page lists, top to bottom: the last used contexts, then every source with its own.

import type { ContextEntry, FolderEntry, SourceEntry, StartPage } from '../../wire';

/** One line or block of the list. */
export type Item =
  | { type: 'recent'; key: string }
  | { type: 'source'; key: string; source: SourceEntry }
  | { type: 'file'; key: string; path: string; source: string }
  | { type: 'nothing'; key: string; source: string }
  | { type: 'context'; key: string; context: ContextEntry; recent: boolean }
  | { type: 'folders'; key: string }
  | { type: 'folder'; key: string; folder: FolderEntry };

/** A context's line in the list. */
export type ContextItem = Extract<Item, { type: 'context' }>;

/** With fewer contexts the last used are found at a glance. */
export const MANY = 8;
const MOST_RECENT = 5;

/** The whole list, and how many contexts fit the filter. */
export interface Listing {
  items: Item[];
  found: number;
}

/**
 * The contexts in which every word of `filter` occurs, whatever its case, in the sources' order. A filter
 * lists each context once and nothing besides; sources that could not be read stay in sight without one.
 */
export function listingOf(page: StartPage, filter: string): Listing {
  const words = filter.toLowerCase().split(/\s+/u).filter(Boolean);
  const filtered = words.length > 0;
  const bySource = new Map<string, ContextEntry[]>(page.sources.map(({ id }) => [id, []]));
  const titles = new Map(page.sources.map((source) => [source.id, textOfSource(source)]));
  let found = 0;
  for (const context of page.contexts) {
    const text = textOf(context) + (titles.get(context.source) ?? '');
    if (!words.every((word) => text.includes(word))) continue;
    found += 1;
    bySource.get(context.source)?.push(context);
  }
  const items: Item[] = [];
  if (!filtered) items.push(...recentOf(page.contexts));
  for (const source of page.sources) {
    const contexts = bySource.get(source.id) ?? [];
    if (filtered && contexts.length === 0) continue;
    items.push({ type: 'source', key: `source ${source.id}`, source });
    items.push(...contextsOf(source, contexts));
    if (contexts.length === 0 && !source.problem) {
      items.push({ type: 'nothing', key: `nothing ${source.id}`, source: source.id });
    }
  }
  if (!filtered && page.folders.length > 0) {
    items.push({ type: 'folders', key: 'folders' });
    for (const folder of page.folders) {
      items.push({ type: 'folder', key: `folder ${folder.id}`, folder });
    }
  }
  return { items, found };
}

/** The source a line belongs to; empty for none. */
export function sourceOf(item: Item): string {
  switch (item.type) {
    case 'source':
      return item.source.id;
    case 'file':
    case 'nothing':
      return item.source;
    case 'context':
      return item.recent ? '' : item.context.source;
    case 'recent':
    case 'folders':
    case 'folder':
      return '';
  }
}

function contextsOf(source: SourceEntry, contexts: ContextEntry[]): Item[] {
  const items: Item[] = [];
  let file = '';
  for (const context of contexts) {
    // A merged list says which file each one stands in.
    if (source.files.length > 1 && context.file !== file) {
      file = context.file;
      items.push({ type: 'file', key: `file ${source.id} ${file}`, path: file, source: source.id });
    }
    items.push({ type: 'context', key: context.id, context, recent: false });
  }
  return items;
}

function recentOf(contexts: readonly ContextEntry[]): Item[] {
  if (contexts.length <= MANY) return [];
  const used = contexts
    .filter((one) => one.lastUsedMs > 0)
    .sort((a, b) => b.lastUsedMs - a.lastUsedMs)
    .slice(0, MOST_RECENT);
  if (used.length === 0) return [];
  return [
    { type: 'recent', key: 'recent' },
    ...used.map((context): Item => {
      return { type: 'context', key: `recent ${context.id}`, context, recent: true };
    }),
  ];
}

function textOf(context: ContextEntry): string {
  const { name, cluster, server, user, namespace, file, settings } = context;
  return [name, settings.title, cluster, server, user, namespace, file].join('\n').toLowerCase();
}

function textOfSource(source: SourceEntry): string {
  return `\n${source.title.toLowerCase()}`;
}
