// Props of the views that the frame mounts: the drawer, a log pane, the scaling page.

import type { ObjectRef } from '../wire';

/** An object named by its {@link KindEntry} id. */
export interface ObjectKey {
  kind: string;
  namespace: string;
  name: string;
}

export type DrawerTab = 'overview' | 'fields' | 'yaml';

/** `views/details/Drawer.svelte`: fills its parent; the frame gives it a width. */
export interface DrawerProps {
  cluster: string;
  object: ObjectKey;
  tab?: DrawerTab;
  onopen: (object: ObjectRef) => void;
  onclose: () => void;
  onlogs: (namespace: string, pod: string, container?: string) => void;
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
