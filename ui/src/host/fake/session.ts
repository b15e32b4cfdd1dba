// Connection, status, kinds and settings of the in-memory backend.

import type { ClusterInfo, KindEntry, Lack, Settings, WireError } from '../../wire';
import { contextOf, DEMO, doors } from './doors';
import type { FakePart } from './registry';

/** A right the account lacks, with the page's query `?limited`. */
export function lackOf(verb: string, resource: string): Lack {
  return {
    verb,
    resource,
    group: '',
    namespace: 'shop',
    sentence: `Your account lacks the verb ${verb} on ${resource} in namespace shop.`,
    advice: `Ask the cluster's administrator for a role that allows ${verb} on ${resource} of the core API group in namespace shop.`,
    command: `kubectl auth can-i ${verb} ${resource} -n shop`,
  };
}

const LEAST = { days: 1, megabytes: 10 };
const MOST = { days: 366, megabytes: 10_000 };

function refused(message: string): WireError {
  return { code: 'malformed', message, detail: 'Nothing was changed.' };
}

function withLack(entry: KindEntry): KindEntry {
  const listed = ['pods', 'deployments', 'replicasets', 'events'].includes(entry.id);
  return listed ? entry : { ...entry, lack: lackOf('list', entry.kind.toLowerCase()) };
}

function kind(
  section: string,
  id: string,
  title: string,
  one: string,
  group = '',
  more: Partial<KindEntry> = {},
): KindEntry {
  return {
    id,
    title,
    kind: one,
    group,
    plural: id.split('/').at(-1) ?? id,
    singular: one.toLowerCase(),
    section,
    namespaced: true,
    shortNames: [],
    categories: [],
    versions: ['v1'],
    custom: section.includes('.'),
    lack: null,
    unsure: false,
    ...more,
  };
}

const RBAC = 'rbac.authorization.k8s.io';
export const KINDS: KindEntry[] = [
  kind('Workloads', 'pods', 'Pods', 'Pod', '', { shortNames: ['po'], categories: ['all'] }),
  kind('Workloads', 'deployments', 'Deployments', 'Deployment', 'apps', { shortNames: ['deploy'] }),
  kind('Workloads', 'apps/v1/daemonsets', 'DaemonSets', 'DaemonSet', 'apps'),
  kind('Workloads', 'apps/v1/statefulsets', 'StatefulSets', 'StatefulSet', 'apps'),
  kind('Workloads', 'replicasets', 'ReplicaSets', 'ReplicaSet', 'apps', { shortNames: ['rs'] }),
  kind('Workloads', 'batch/v1/jobs', 'Jobs', 'Job', 'batch'),
  kind('Workloads', 'batch/v1/cronjobs', 'CronJobs', 'CronJob', 'batch'),
  kind('Config', 'core/v1/configmaps', 'ConfigMaps', 'ConfigMap'),
  kind('Config', 'core/v1/secrets', 'Secrets', 'Secret'),
  kind('Config', 'horizontalpodautoscalers', 'HPAs', 'HorizontalPodAutoscaler', 'autoscaling', {
    shortNames: ['hpa'],
    versions: ['v2', 'v1'],
  }),
  kind('Network', 'core/v1/services', 'Services', 'Service'),
  kind('Network', 'networking.k8s.io/v1/ingresses', 'Ingresses', 'Ingress', 'networking.k8s.io'),
  kind(
    'Storage',
    'core/v1/persistentvolumeclaims',
    'PersistentVolumeClaims',
    'PersistentVolumeClaim',
  ),
  kind('', 'nodes', 'Nodes', 'Node', '', { namespaced: false, shortNames: ['no'] }),
  kind('', 'namespaces', 'Namespaces', 'Namespace', '', { namespaced: false, shortNames: ['ns'] }),
  kind('', 'events', 'Events', 'Event', '', { shortNames: ['ev'] }),
  kind('Access Control', `${RBAC}/v1/roles`, 'Roles', 'Role', RBAC),
  kind(
    'cert-manager.io',
    'cert-manager.io/v1/certificates',
    'Certificates',
    'Certificate',
    'cert-manager.io',
  ),
  kind('keda.sh', 'scaledobjects', 'ScaledObjects', 'ScaledObject', 'keda.sh', {
    shortNames: ['so'],
  }),
  kind('keda.sh', 'keda.sh/v1alpha1/scaledjobs', 'ScaledJobs', 'ScaledJob', 'keda.sh'),
];

const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 8);

const session: FakePart = ({ world, notify }) => {
  const query = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  const connected = new Map<string, string>();
  let settings: Settings = {
    theme: 'system',
    drawerWidth: 0,
    dockHeight: 0,
    tables: {},
    tourDismissed: false,
    savedViews: [],
    recording: { days: 7, megabytes: 200 },
  };
  let received = 3_200_000;

  const info = (id: string): ClusterInfo => {
    const entry = contextOf(id);
    const name = entry?.name ?? id;
    const own = entry?.settings;
    const sum = [...name].reduce((all, letter) => all + letter.charCodeAt(0), 0);
    return {
      cluster: `cluster-${id}`,
      context: id,
      name: id === DEMO ? 'Demo cluster' : own?.title || name,
      colour: own?.colour || (sum % 8) + 1,
      initials: (own?.title || name).slice(0, 2).toUpperCase(),
      server: entry?.server ?? '',
      version: 'v1.36.3',
      namespace: own?.namespace || entry?.namespace || '',
      demo: id === DEMO,
    };
  };

  doors.connected = (id) => {
    connected.set(`cluster-${id}`, id);
    return info(id);
  };
  doors.closed = (id) => {
    connected.delete(`cluster-${id}`);
    notify({ type: 'start' });
  };
  // Every badge is seen again now and then.
  setInterval(() => {
    for (const cluster of connected.keys()) notify({ type: 'cluster', cluster });
  }, 4_000);

  return {
    disconnect({ cluster }) {
      connected.delete(cluster);
      return null;
    },
    clusters: () => [...connected.values()].map(info),
    cluster_status({ cluster }) {
      const stale = query.has('stale') || cluster === 'cluster-home/flaky';
      const asOfMs = Date.now() - (stale ? 34_000 : 400);
      received += 1_900;
      return {
        live: !stale,
        asOfMs,
        asOf: clock(asOfMs),
        why: stale ? 'reconnecting: connection refused' : '',
        latencyMs: 9,
        watches: 6,
        objects: world.pods.length + world.deployments.length * 2 + world.events.length,
        received: `${(received / 1e6).toFixed(1)} MB`,
        receivedBytes: received,
        zone: 'Europe/Oslo',
        problem: query.has('problem') ? 'A task failed: watch of events.' : '',
      };
    },
    kinds: () => ({
      kinds: query.has('limited') ? KINDS.map(withLack) : KINDS,
      failedGroups: query.has('limited') ? ['metrics.k8s.io'] : [],
      problem: '',
      nothing: false,
    }),
    actions: ({ kind: of }) => ({
      logs: of === 'pods' && query.has('limited') ? lackOf('get', 'pods/log') : null,
      yaml: null,
      events: null,
      graph: null,
    }),
    namespaces: () => world.namespaces,
    settings: () => settings,
    set_settings(changed) {
      const { days, megabytes } = changed.recording;
      if (days < LEAST.days || days > MOST.days)
        throw refused(`A recording can be kept for ${LEAST.days} to ${MOST.days} days.`);
      if (megabytes < LEAST.megabytes || megabytes > MOST.megabytes)
        throw refused(`A recording can have ${LEAST.megabytes} to ${MOST.megabytes} MB.`);
      settings = changed;
      return null;
    },
    recording: () => ({
      ...(query.has('full')
        ? {
            state: 'off' as const,
            words:
              'Recording is paused: the disk is full. What is seen meanwhile is kept in memory, and recorded when it can be.',
          }
        : { state: 'on' as const, words: 'What is seen of scaling in open clusters is recorded.' }),
      size: '12.4 MB',
      file: '/home/dev/.local/share/scalescope/recorder.sqlite',
      least: LEAST,
      most: MOST,
    }),
  };
};

export default session;
