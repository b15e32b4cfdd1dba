// The sidebar's groups, made from what the cluster serves; a group without kinds is absent.

import type { KindEntry } from '../wire';

/** A link of the sidebar. */
export interface Link {
  /** Kind id, or `scaling`. */
  id: string;
  title: string;
  /** Why its objects cannot be listed; empty where they can, or that is not known. */
  lack: string;
  /** Whether the server could not say if they can. */
  unsure: boolean;
}

/** A group of the sidebar: a link of its own, or a fold with links. */
export type Group =
  { type: 'link'; link: Link } | { type: 'fold'; title: string; links: Link[]; open: boolean };

/** The table of all autoscalers. */
export const SCALING: Link = { id: 'scaling', title: 'Scaling', lack: '', unsure: false };

type Fold = 'Workloads' | 'Config' | 'Network' | 'Storage' | 'Access Control' | 'Other';

/**
 * Kinds that people look for, in the order of their habit. The rest of what Kubernetes itself serves
 * (leases, webhooks, admission policies…) is machinery and stands under Other.
 */
const HABIT: Record<Exclude<Fold, 'Other'>, readonly string[]> = {
  Workloads: [
    'Pod',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'ReplicationController',
    'Job',
    'CronJob',
  ],
  Config: [
    'ConfigMap',
    'Secret',
    'ResourceQuota',
    'LimitRange',
    'HorizontalPodAutoscaler',
    'PodDisruptionBudget',
    'PriorityClass',
  ],
  Network: ['Service', 'Endpoints', 'EndpointSlice', 'Ingress', 'IngressClass', 'NetworkPolicy'],
  Storage: ['PersistentVolumeClaim', 'PersistentVolume', 'StorageClass'],
  'Access Control': ['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
};

/** Kinds with a link of their own at the top level. */
const SINGLE = ['nodes', 'namespaces', 'events'];

/** Groups in the order of the sidebar. */
export function sidebarGroups(kinds: readonly KindEntry[]): Group[] {
  const folds = new Map<string, KindEntry[]>();
  for (const kind of kinds) {
    if (SINGLE.includes(kind.id)) continue;
    const title = kind.custom ? kind.group : foldOf(kind);
    folds.set(title, [...(folds.get(title) ?? []), kind]);
  }
  for (const [title, habit] of Object.entries(HABIT)) {
    folds.get(title)?.sort((a, b) => habit.indexOf(a.kind) - habit.indexOf(b.kind));
  }

  const single = (id: string): Group[] => {
    const kind = kinds.find((one) => one.id === id);
    return kind ? [{ type: 'link', link: toLink(kind) }] : [];
  };
  const titles = kinds.map((kind) => kind.title);
  const isAmbiguous = (title: string) => titles.indexOf(title) !== titles.lastIndexOf(title);
  const fold = (title: string, open = false): Group[] => {
    const links = folds.get(title)?.map((kind) => {
      const link = toLink(kind);
      // Events and metrics are served in two groups; a custom kind's group is its fold's title.
      return title === 'Other' && isAmbiguous(kind.title)
        ? { ...link, title: `${kind.title} · ${kind.group}` }
        : link;
    });
    return links ? [{ type: 'fold', title, links, open }] : [];
  };
  const customGroups = [...new Set(kinds.filter((kind) => kind.custom).map((kind) => kind.group))];
  return [
    { type: 'link', link: scalingLink(kinds) },
    ...fold('Workloads', true),
    ...fold('Config'),
    ...fold('Network'),
    ...fold('Storage'),
    ...single('nodes'),
    ...single('namespaces'),
    ...single('events'),
    ...fold('Access Control'),
    ...fold('Other'),
    ...customGroups.sort().flatMap((group) => fold(group)),
  ];
}

/** Whether a group lists custom resources; they stand under a heading of their own. */
export function isCustom(group: Group, kinds: readonly KindEntry[]): boolean {
  return group.type === 'fold' && kinds.some((kind) => kind.custom && kind.group === group.title);
}

function foldOf(kind: KindEntry): Fold {
  const folds = Object.keys(HABIT) as (keyof typeof HABIT)[];
  return folds.find((fold) => HABIT[fold].includes(kind.kind)) ?? 'Other';
}

function toLink(kind: KindEntry): Link {
  return {
    id: kind.id,
    title: kind.title,
    lack: kind.lack?.sentence ?? '',
    unsure: kind.unsure,
  };
}

/** The table is joined from two kinds; without HPAs there is little to see. */
export function scalingLink(kinds: readonly KindEntry[]): Link {
  const hpas = kinds.find((kind) => kind.id === 'horizontalpodautoscalers');
  return { ...SCALING, lack: hpas?.lack?.sentence ?? '' };
}
