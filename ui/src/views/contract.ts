// Props of the views that the frame mounts: the drawer, a log pane, the scaling page.

import type { Snippet } from 'svelte';

import type { ObjectRef } from '../wire';

/** An object named by its {@link KindEntry} id. */
export interface ObjectKey {
  kind: string;
  namespace: string;
  name: string;
}

export type DrawerTab = 'overview' | 'fields' | 'yaml' | 'relations';

/** `views/details/Drawer.svelte`: fills its parent; the frame gives it a width. */
export interface DrawerProps {
  cluster: string;
  object: ObjectKey;
  tab?: DrawerTab;
  onopen: (object: ObjectRef) => void;
  onclose: () => void;
  /** Shows the scaling page of an autoscaler. */
  onscaling: (object: ObjectRef) => void;
  onlogs: (namespace: string, pod: string, container?: string) => void;
  /** The tab of relations, which is another view's. */
  relations: Snippet<[ObjectKey]>;
}

/** `views/logs/LogPane.svelte`: fills its parent, one tab of the dock. */
export interface LogPaneProps {
  cluster: string;
  namespace: string;
  pod: string;
  container?: string;
  onclose: () => void;
}

/** `views/scaling/ScalingPage.svelte`: fills the main area. */
export interface ScalingPageProps {
  cluster: string;
  target: ObjectKey;
  onback: () => void;
  onopen: (object: ObjectRef) => void;
  /** Escape; answers whether the frame had something to close. */
  onescape: () => boolean;
}

/** `views/overview/OverviewPage.svelte`: fills the main area. */
export interface OverviewPageProps {
  cluster: string;
  /** Of the cluster, as the rail calls it. */
  name: string;
  /** Address of its API server. */
  server: string;
  onopen: (object: ObjectRef) => void;
  /** Goes to a kind's table with this filter. */
  ongoto: (kind: string, filter: string) => void;
  /** Escape. */
  onescape: () => void;
}

/** `views/events/EventStrip.svelte`: stands above a table of events. */
export interface EventStripProps {
  cluster: string;
  /** Those the table shows; empty is all. */
  namespaces: readonly string[];
  /** Whether the table shows groups. */
  grouped: boolean;
  visible: boolean;
  ongrouped: (grouped: boolean) => void;
  /** Filters the table. */
  onwarnings: () => void;
}

/** `views/events/GroupPanel.svelte`: fills its parent; the frame gives it a width. */
export interface GroupPanelProps {
  cluster: string;
  /** Key of its row in the table of grouped events. */
  group: string;
  onopen: (object: ObjectRef) => void;
  onclose: () => void;
}

/** `views/findings/FindingsStrip.svelte`: stands above the tables of scaling. */
export interface FindingsStripProps {
  cluster: string;
  /** Those the table shows; empty is all. */
  namespaces: readonly string[];
  shown: 'autoscalers' | 'findings';
  visible: boolean;
  onshow: (which: 'autoscalers' | 'findings') => void;
  /** What was examined, in words. */
  onexamined: (words: string) => void;
}

/** `views/findings/FindingPanel.svelte`: fills its parent; the frame gives it a width. */
export interface FindingPanelProps {
  cluster: string;
  /** Key of its row in the table of findings. */
  finding: string;
  onopen: (object: ObjectRef) => void;
  /** Shows the scaling page of an autoscaler. */
  onscaling: (object: ObjectRef) => void;
  onclose: () => void;
}

/** `views/helm/ReleasePage.svelte`: fills the main area. */
export interface ReleasePageProps {
  cluster: string;
  /** Namespace and name of the release. */
  target: ObjectKey;
  onback: () => void;
  onopen: (object: ObjectRef) => void;
  /** Escape; answers whether the frame had something to close. */
  onescape: () => boolean;
}

/** `views/relations/RelationsPage.svelte`: fills the main area. */
export interface RelationsPageProps {
  cluster: string;
  target: ObjectKey;
  /** Title of its kind: `Pods`. */
  kind: string;
  /** Whether the cluster is in front. */
  visible: boolean;
  onback: () => void;
  onopen: (object: ObjectRef) => void;
  /** Escape; answers whether the frame had something to close. */
  onescape: () => boolean;
}
