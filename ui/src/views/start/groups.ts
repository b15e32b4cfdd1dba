// Which contexts the start page lists, by the file they stand in.

import type { ContextEntry } from '../../wire';

export interface FileGroup {
  file: string;
  contexts: ContextEntry[];
}

/** The contexts in which every word of `filter` occurs, whatever its case, in the files' order. */
export function groupsOf(files: string[], contexts: ContextEntry[], filter: string): FileGroup[] {
  const words = filter.toLowerCase().split(/\s+/u).filter(Boolean);
  const groups = new Map(files.map((file) => [file, [] as ContextEntry[]]));
  for (const context of contexts) {
    const text = [
      context.name,
      context.cluster,
      context.server,
      context.user,
      context.namespace,
      context.file,
    ]
      .join('\n')
      .toLowerCase();
    if (words.every((word) => text.includes(word))) groups.get(context.file)?.push(context);
  }
  return [...groups]
    .map(([file, found]) => ({ file, contexts: found }))
    .filter((group) => group.contexts.length > 0);
}
