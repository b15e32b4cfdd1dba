// The sidebar's groups, made from what the cluster serves; a group without kinds is absent.

import type { KindEntry } from '../wire';

/** A link of the sidebar. */
export interface Link {
  /** Kind id, or `scaling`. */
  id: string;
  title: string;
}

/** A group of the sidebar: a link of its own, or a fold with links. */
export type Group =
  { type: 'link'; link: Link } | { type: 'fold'; title: string; links: Link[]; open: boolean };

/** The table of all autoscalers. */
export const SCALING: Link = { id: 'scaling', title: 'Scaling' };

type Fold = 'Workloads' | 'Config' | 'Network' | 'Storage' | 'Access Control' | 'Other';

const CORE: Record<string, Fold> = {
  Pod: 'Workloads',
  ReplicationController: 'Workloads',
  PodTemplate: 'Workloads',
  ConfigMap: 'Config',
  Secret: 'Config',
  ResourceQuota: 'Config',
  LimitRange: 'Config',
  Service: 'Network',
  Endpoints: 'Network',
  PersistentVolume: 'Storage',
  PersistentVolumeClaim: 'Storage',
  ServiceAccount: 'Access Control',
};

const GROUPS: Record<string, Fold> = {
  apps: 'Workloads',
  batch: 'Workloads',
  autoscaling: 'Config',
  policy: 'Config',
  'scheduling.k8s.io': 'Config',
  'node.k8s.io': 'Config',
  'coordination.k8s.io': 'Config',
  'admissionregistration.k8s.io': 'Config',
  'networking.k8s.io': 'Network',
  'discovery.k8s.io': 'Network',
  'storage.k8s.io': 'Storage',
  'rbac.authorization.k8s.io': 'Access Control',
};

/** Kinds with a link of their own at the top level. */
const SINGLE = ['nodes', 'namespaces', 'events'];

const WORKLOADS = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'];

/** Groups in the order of the sidebar. */
export function sidebarGroups(kinds: readonly KindEntry[]): Group[] {
  const folds = new Map<string, KindEntry[]>();
  const add = (title: string, kind: KindEntry) =>
    folds.set(title, [...(folds.get(title) ?? []), kind]);
  for (const kind of kinds) {
    if (SINGLE.includes(kind.id)) continue;
    if (kind.custom) add(kind.group, kind);
    else add(foldOf(kind), kind);
  }
  folds.get('Workloads')?.sort((a, b) => workloadRank(a) - workloadRank(b));

  const single = (id: string): Group[] => {
    const kind = kinds.find((one) => one.id === id);
    return kind ? [{ type: 'link', link: toLink(kind) }] : [];
  };
  const fold = (title: string, open = false): Group[] => {
    const links = folds.get(title)?.map(toLink);
    return links ? [{ type: 'fold', title, links, open }] : [];
  };
  const customGroups = [...new Set(kinds.filter((kind) => kind.custom).map((kind) => kind.group))];
  return [
    { type: 'link', link: SCALING },
    ...fold('Workloads', true),
    ...fold('Config', true),
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
  return (kind.group === '' ? CORE[kind.kind] : GROUPS[kind.group]) ?? 'Other';
}

function workloadRank(kind: KindEntry): number {
  const rank = WORKLOADS.indexOf(kind.kind);
  return rank < 0 ? WORKLOADS.length : rank;
}

function toLink(kind: KindEntry): Link {
  return { id: kind.id, title: kind.title };
}
