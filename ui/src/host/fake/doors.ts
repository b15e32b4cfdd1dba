// What the parts about connecting share: the contexts, and the way in and out of a cluster.

import type { ClusterInfo, ContextEntry, SourceEntry } from '../../wire';
import { makeContexts, makeSources } from './kubeconfigs';

const query = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);

/** The context of the demo cluster. */
export const DEMO = 'demo';

/** Changed by the commands that open, paste, remove and forget. */
export const doors = {
  sources: makeSources(query) as SourceEntry[],
  contexts: makeContexts(query) as ContextEntry[],
  /** Set by the part that holds connections. */
  connected: (id: string): ClusterInfo => {
    throw new Error(`nobody connects ${id}`);
  },
  closed: (id: string): void => void id,
};

/** A context by its id. */
export function contextOf(id: string): ContextEntry | undefined {
  return doors.contexts.find((one) => one.id === id);
}
