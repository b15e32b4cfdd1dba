// The cluster page of the in-memory backend, and its events a minute.

import type { Bar, ObjectRef, Overview, ViewState } from '../../wire';
import type { FakePart } from './registry';

const LIVE: ViewState = {
  phase: 'live',
  why: '',
  received: 0,
  expected: null,
  code: null,
  lack: null,
  limitedTo: [],
};
const FORBIDDEN: ViewState = {
  ...LIVE,
  phase: 'failed',
  code: 'forbidden',
  why: 'Your account may not read /metrics. Ask the cluster’s administrator for the verb get on the non-resource URL /metrics.',
};
const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 8);
const bar = (amount: string, share: number, tone: Bar['tone'] = 'plain'): Bar => ({
  amount,
  percent: `${Math.floor(share * 100)}%`,
  share,
  tone,
});
const ref = (kindId: string, kind: string, namespace: string, name: string): ObjectRef => ({
  kindId,
  kind,
  namespace,
  name,
});

function overview(version: number): Overview {
  const now = Date.now();
  const checks = ['ping', 'etcd', 'poststarthook/rbac/bootstrap-roles'];
  const probe = (name: string, failing: number) => ({
    name,
    state: LIVE,
    verdict: failing
      ? { text: `${failing} of 3 checks fails`, tone: 'bad' as const }
      : { text: '3 checks pass', tone: 'good' as const },
    checks: checks.map((check, at) => ({
      name: check,
      result:
        at < failing
          ? { text: 'failed: reason withheld', tone: 'bad' as const }
          : { text: 'ok', tone: 'good' as const },
    })),
  });
  return {
    version,
    health: { probes: [probe('livez', 0), probe('readyz', 1)], asOf: clock(now) },
    versions: {
      state: LIVE,
      server: 'v1.36.3',
      skew: {
        text: '2 of 12 kubelets are older than the API server, within the version-skew policy (at most 3 minor versions, never newer).',
        tone: 'good',
      },
      kubelets: [
        { name: 'v1.36.3', nodes: 10, remark: { text: '', tone: 'plain' } },
        { name: 'v1.34.1', nodes: 2, remark: { text: '2 minor versions older', tone: 'quiet' } },
      ],
      runtimes: [{ name: 'containerd://2.1.4', nodes: 12, remark: { text: '', tone: 'plain' } }],
      platforms: [{ name: 'linux/amd64', nodes: 12, remark: { text: '', tone: 'plain' } }],
      images: [],
    },
    capacity: {
      state: LIVE,
      nodes: 12,
      counts: [
        { text: '11 ready', tone: 'good' },
        { text: '1 not ready', tone: 'bad' },
      ],
      resources: [
        {
          title: 'CPU',
          allocatable: '96 cores',
          requested: bar('71 cores', 0.74),
          limits: bar('130 cores', 1.35),
          used: bar('38 cores', 0.39),
        },
        {
          title: 'Memory',
          allocatable: '384 GiB',
          requested: bar('360 GiB', 0.93, 'warn'),
          limits: bar('420 GiB', 1.09),
          used: bar('201 GiB', 0.52),
        },
        {
          title: 'Pods',
          allocatable: '1320',
          requested: bar('611', 0.46),
          limits: null,
          used: null,
        },
      ],
      usageNote: '',
      waiting: '3 pods wait for a node; they ask for 6 cores and 12 GiB.',
      worst: [
        {
          node: ref('nodes', 'Node', '', 'node-1'),
          status: { text: 'NotReady,MemoryPressure', tone: 'bad' },
          pods: bar('91', 0.82),
          cpu: bar('7600m', 0.95, 'warn'),
          memory: bar('30000Mi', 0.91, 'warn'),
        },
      ],
    },
    workloads: [
      {
        kind: 'deployments',
        title: 'Deployments',
        state: LIVE,
        total: 40,
        counts: [
          { count: 39, word: { text: 'ready', tone: 'good' }, filter: '' },
          { count: 1, word: { text: 'not all ready', tone: 'warn' }, filter: '' },
        ],
        troubled: [
          {
            object: ref('deployments', 'Deployment', 'shop', 'checkout'),
            words: { text: '1/3 ready', tone: 'warn' },
          },
        ],
        more: 0,
      },
    ],
    warnings: {
      state: LIVE,
      total: 1,
      groups: [
        {
          reason: 'BackOff',
          objectKind: 'Pod',
          count: 42,
          last: '12s',
          namespaces: 'shop and bank',
          message: 'Back-off restarting failed container main',
          object: ref('pods', 'Pod', 'shop', 'checkout-7d4b9c6f5-x2x4z'),
        },
      ],
    },
    quotas: { state: LIVE, quotas: 0, total: 0, lines: [] },
    deprecated: { state: FORBIDDEN, asOf: clock(now), apis: [] },
    autoscaler: { state: LIVE, note: 'No cluster-autoscaler.', groups: [] },
    nextTickMs: 10_000,
  };
}

const part: FakePart = ({ notify }) => {
  const open = new Set<number>();
  let version = 1;
  setInterval(() => {
    version += 1;
    for (const id of open) notify({ type: 'overview', overview: id, version });
  }, 2_000);
  return {
    open_overview() {
      const id = open.size + 1;
      open.add(id);
      return { overview: id };
    },
    overview: () => overview(version),
    close_overview({ id }) {
      open.delete(id);
      return null;
    },
    event_group() {
      const names = ['web-1', 'web-2', 'web-3'];
      return {
        kind: { text: 'Warning', tone: 'warn' },
        reason: 'BackOff',
        object: 'Pod',
        name: 'web-*',
        namespace: 'shop',
        message: 'Back-off restarting failed container',
        events: 3,
        count: '42',
        first: '59m',
        last: '20s',
        total: 3,
        objects: names.map((name, at) => ({
          object: { kindId: 'pods', kind: 'Pod', namespace: 'shop', name },
          count: '14',
          last: `${20 + at}s`,
          message: 'Back-off restarting failed container',
        })),
      };
    },
    bell: () => ({ on: false, problem: '' }),
    set_bell: ({ on }) => ({ on, problem: '' }),
    findings: () => ({
      autoscalers: 4,
      unexamined: 0,
      errors: 1,
      warnings: 1,
      notes: 0,
      notExamined: [
        {
          id: 'metrics-api-absent',
          looksFor: 'A metrics API that an autoscaler needs is not registered.',
          why: 'which metrics APIs are registered',
          autoscalers: 4,
        },
      ],
    }),
    finding: () => ({
      id: 'missing-request',
      severity: { text: 'Error', tone: 'bad' },
      summary: 'A pod has no request of cpu, so its utilization cannot be computed.',
      looksFor: 'A pod has no request of the resource whose utilization is the target.',
      autoscaler: {
        kindId: 'horizontalpodautoscalers',
        kind: 'HPA',
        namespace: 'shop',
        name: 'web',
      },
      target: { kindId: 'deployments', kind: 'Deployment', namespace: 'shop', name: 'web' },
      evidence: [{ field: 'Pod web-1', value: 'missing request for cpu in container app' }],
      advice: 'Give each container a request of cpu.',
      snippet: {
        place: 'the workload, in every container, sidecars included',
        yaml: 'resources:\n  requests:\n    cpu: 100m\n',
      },
      documented: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
    }),
    event_rate() {
      const now = Date.now();
      const minutes = Array.from({ length: 60 }, (_, at) => now - (59 - at) * 60_000);
      return {
        state: LIVE,
        warnings: minutes.map((ms) => Math.max(0, Math.round(6 * Math.sin(ms / 400_000)))),
        normal: minutes.map((ms) => 10 + Math.round(8 * Math.sin(ms / 250_000))),
        minutes: minutes.map((ms) => clock(ms).slice(0, 5)),
      };
    },
  };
};

export default part;
