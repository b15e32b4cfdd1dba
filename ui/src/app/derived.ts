// Pages and tables that are no kind of the cluster.

import type { Link } from './groups';

/** The cluster at a glance. */
export const OVERVIEW: Link = { id: 'overview', title: 'Overview', lack: '', unsure: false };

/** The link to Helm's releases, under a fold of its own. */
export const HELM: Link = { id: 'helmreleases', title: 'Releases', lack: '', unsure: false };

/** A table made from others. */
export interface DerivedTable {
  title: string;
  /** What its rows are, in a sentence: `No … in namespace shop`. */
  things: string;
  /** The link of the sidebar it belongs to. */
  under: string;
  namespaced: boolean;
  /** Other words that find it. */
  also: readonly string[];
}

/** What each node offers and its pods hold. */
export const CAPACITY = 'nodecapacity';
/** What repeats among events. */
export const EVENT_GROUPS = 'eventgroups';

/** What is wrong with how workloads are scaled. */
export const FINDINGS = 'findings';

/** Helm's releases. */
export const RELEASES = 'helmreleases';

/** By the id that `open_view` takes. */
export const DERIVED: Readonly<Record<string, DerivedTable>> = {
  [CAPACITY]: {
    title: 'Node capacity',
    things: 'nodes',
    under: 'nodes',
    namespaced: false,
    also: ['capacity', 'requests', 'top nodes'],
  },
  [EVENT_GROUPS]: {
    title: 'Events, grouped',
    things: 'groups of events',
    under: 'events',
    namespaced: true,
    also: ['event groups', 'rate'],
  },
  [FINDINGS]: {
    title: 'Findings',
    things: 'findings',
    under: FINDINGS,
    namespaced: true,
    also: ['problems', 'lint', 'checks'],
  },
  [RELEASES]: {
    title: 'Helm releases',
    things: 'Helm releases',
    under: RELEASES,
    namespaced: true,
    also: ['releases', 'charts'],
  },
};
