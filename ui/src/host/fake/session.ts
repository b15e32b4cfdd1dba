// Start page, connection, status, kinds and settings of the in-memory backend.

import type { ContextEntry, KindEntry, Lack, Settings, StartPage, WireError } from '../../wire';
import type { FakePart } from './registry';

function context(name: string, more: Partial<ContextEntry> = {}): ContextEntry {
  return {
    id: name,
    file: '/home/dev/.kube/config',
    name,
    cluster: name,
    server: 'https://127.0.0.1:6443',
    user: `${name}-admin`,
    namespace: '',
    current: false,
    access: { type: 'clientCertificate' },
    warnings: [],
    ...more,
  };
}

const CONTEXTS: ContextEntry[] = [
  context('kwok-local', { current: true }),
  context('team-shop', { namespace: 'shop', access: { type: 'token' } }),
  context('slow', { server: 'https://slow.example.test' }),
  context('unreachable', { server: 'https://192.0.2.1:6443' }),
  context('untrusted', {
    server: 'https://untrusted.example.test',
    warnings: ['The certificate of the server is not verified (insecure-skip-tls-verify).'],
  }),
  context('unauthorized', { access: { type: 'token' } }),
  context('eks-prod', {
    server: 'https://0A1B2C.eks.example.test',
    access: {
      type: 'notYet',
      why: 'Logging in would run the program “aws”. Running programs named by a kubeconfig comes in a later version.',
    },
  }),
  context('half-written', {
    access: { type: 'broken', why: 'The user “half-written-admin” is not in the file.' },
  }),
];

const REFUSALS: Record<string, WireError> = {
  unreachable: {
    code: 'unreachable',
    message: 'The server 192.0.2.1:6443 cannot be reached.',
    detail: 'No answer within 10 s. Is a VPN needed? Is the cluster running?',
  },
  untrusted: {
    code: 'untrusted',
    message: 'The certificate of untrusted.example.test is not trusted.',
    detail:
      'It was signed by an authority that the kubeconfig does not name: check certificate-authority-data.',
  },
  unauthorized: {
    code: 'unauthorized',
    message: 'The server refused the token of unauthorized-admin.',
    detail: 'It may have expired. Get a new one and open the kubeconfig again.',
  },
};

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

function withLack(entry: KindEntry): KindEntry {
  const listed = ['pods', 'deployments', 'replicasets', 'events'].includes(entry.id);
  return listed ? entry : { ...entry, lack: lackOf('list', entry.kind.toLowerCase()) };
}

function kind(
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
    namespaced: true,
    shortNames: [],
    custom: false,
    lack: null,
    unsure: false,
    ...more,
  };
}

const KINDS: KindEntry[] = [
  kind('pods', 'Pods', 'Pod', '', { shortNames: ['po'] }),
  kind('deployments', 'Deployments', 'Deployment', 'apps', { shortNames: ['deploy'] }),
  kind('replicasets', 'ReplicaSets', 'ReplicaSet', 'apps', { shortNames: ['rs'] }),
  kind('horizontalpodautoscalers', 'HPAs', 'HorizontalPodAutoscaler', 'autoscaling', {
    shortNames: ['hpa'],
  }),
  kind('scaledobjects', 'ScaledObjects', 'ScaledObject', 'keda.sh', {
    shortNames: ['so'],
    custom: true,
  }),
  kind('nodes', 'Nodes', 'Node', '', { namespaced: false, shortNames: ['no'] }),
  kind('namespaces', 'Namespaces', 'Namespace', '', { namespaced: false, shortNames: ['ns'] }),
  kind('events', 'Events', 'Event', '', { shortNames: ['ev'] }),
  kind('apps/v1/statefulsets', 'StatefulSets', 'StatefulSet', 'apps'),
  kind('apps/v1/daemonsets', 'DaemonSets', 'DaemonSet', 'apps'),
  kind('batch/v1/jobs', 'Jobs', 'Job', 'batch'),
  kind('batch/v1/cronjobs', 'CronJobs', 'CronJob', 'batch'),
  kind('/v1/configmaps', 'ConfigMaps', 'ConfigMap'),
  kind('/v1/secrets', 'Secrets', 'Secret'),
  kind('/v1/services', 'Services', 'Service'),
  kind('networking.k8s.io/v1/ingresses', 'Ingresses', 'Ingress', 'networking.k8s.io'),
  kind('/v1/persistentvolumeclaims', 'PersistentVolumeClaims', 'PersistentVolumeClaim'),
  kind('rbac.authorization.k8s.io/v1/roles', 'Roles', 'Role', 'rbac.authorization.k8s.io'),
  kind('keda.sh/v1alpha1/scaledjobs', 'ScaledJobs', 'ScaledJob', 'keda.sh', { custom: true }),
  kind('cert-manager.io/v1/certificates', 'Certificates', 'Certificate', 'cert-manager.io', {
    custom: true,
  }),
];

const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 8);

const session: FakePart = ({ world }) => {
  const query = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  const connected = new Map<string, string>();
  let settings: Settings = { theme: 'system', drawerWidth: 0, dockHeight: 0 };
  let received = 3_200_000;

  const info = (name: string) => ({
    cluster: `cluster-${name}`,
    name,
    initials: name.slice(0, 2).toUpperCase(),
    server: 'https://127.0.0.1:6443',
    version: 'v1.36.3',
    namespace: name === 'team-shop' ? 'shop' : '',
  });

  return {
    start: (): StartPage => {
      const malformed = query.get('start') === 'malformed';
      const missing = query.get('start') === 'missing';
      const several = query.get('start') === 'several';
      const file = '/home/dev/.kube/config';
      const second = '/home/dev/clusters/eu-north-1/production.kubeconfig';
      return {
        files: missing ? [] : several ? [file, second] : [file],
        origin: missing ? '' : several ? 'from KUBECONFIG' : 'the usual place',
        contexts:
          malformed || missing
            ? []
            : several
              ? CONTEXTS.map((one, index) => (index > 2 ? { ...one, file: second } : one))
              : CONTEXTS,
        problem: malformed
          ? {
              code: 'malformed',
              message: 'The kubeconfig is not valid YAML: line 12, a tab where spaces belong.',
              detail: 'Mend the file and open Scalescope again.',
            }
          : null,
        appVersion: '0.1.0',
      };
    },
    async connect({ context: name }) {
      if (name === 'slow') await new Promise((resolve) => setTimeout(resolve, 20_000));
      const refusal = REFUSALS[name];
      if (refusal) throw refusal;
      connected.set(`cluster-${name}`, name);
      return info(name);
    },
    disconnect({ cluster }) {
      connected.delete(cluster);
      return null;
    },
    clusters: () => [...connected.values()].map(info),
    cluster_status() {
      const stale = query.has('stale');
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
      settings = changed;
      return null;
    },
  };
};

export default session;
