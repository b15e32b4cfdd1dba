// The details drawer's side of the in-memory backend.

import type {
  Condition,
  Container,
  DetailFact,
  Details,
  ObjectRef,
  OpenDetails,
  Pairs,
  WireError,
} from '../../wire';
import type { FakePart } from './registry';
import type { FakePod, World } from './world';

interface Open {
  ask: OpenDetails;
  openedMs: number;
  version: number;
  timer: ReturnType<typeof setInterval>;
}

const GONE: WireError = { code: 'gone', message: 'That object is closed.', detail: '' };

const KINDS: Record<string, string> = {
  pods: 'Pod',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  horizontalpodautoscalers: 'HorizontalPodAutoscaler',
  scaledobjects: 'ScaledObject',
  nodes: 'Node',
  namespaces: 'Namespace',
};

const ref = (kindId: string, namespace: string, name: string): ObjectRef => ({
  kindId,
  kind: KINDS[kindId] ?? kindId,
  namespace,
  name,
});

const age = (since: number) => {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
};

const cell = (text: string, tone: Details['status']['tone'] = 'plain') => ({ text, tone });

const fact = (label: string, text: string, link: ObjectRef | null = null): DetailFact => ({
  label,
  values: [{ text, tone: 'plain', link, note: '', secret: null }],
});

const facts = (...all: DetailFact[]): Details['sections'] => [
  { title: '', facts: all, columns: [], rows: [], total: 0 },
];

const pairs = (items: [string, string][]): Pairs => ({ total: items.length, items });

function containers(pod: FakePod): Container[] {
  const well = pod.status === 'Running';
  const crashing = pod.status === 'CrashLoopBackOff';
  const main = pod.containers.map<Container>((name, index) => ({
    name,
    role: 'main',
    image: `registry.example.test/${pod.app}/${name}:1.27.3`,
    state: well
      ? cell(`running ${age(pod.createdMs)}`, 'good')
      : cell(`waiting: ${pod.status}`, crashing ? 'bad' : 'warn'),
    message: crashing
      ? `back-off 5m0s restarting failed container=${name} pod=${pod.name} <b>not markup</b>`
      : '',
    ready: well,
    restarts: index === 0 ? pod.restarts : 0,
    last: pod.restarts > 0 && index === 0 ? `Error, exit 1, ${age(pod.lastRestartMs)} ago` : '',
    lastMessage: '',
    resources: [
      { resource: 'cpu', used: '', request: '250m', limit: '1' },
      { resource: 'memory', used: '', request: '128Mi', limit: '256Mi' },
    ],
    facts: [fact('Liveness', 'http-get http://:8080/healthz')],
    env: [fact('LEVEL', 'debug')],
    mounts: [fact('/etc/app', 'ConfigMap app')],
  }));
  const init: Container = {
    name: 'init-db',
    role: 'init',
    image: 'registry.example.test/tools/migrate:0.4',
    state: cell('terminated: Completed', 'quiet'),
    message: '',
    ready: true,
    restarts: 0,
    last: '',
    lastMessage: '',
    resources: [],
    facts: [],
    env: [],
    mounts: [],
  };
  return [init, ...main];
}

function conditions(good: boolean, why: string): Condition[] {
  const one = (name: string, ok: boolean, reason = '', message = ''): Condition => ({
    name,
    status: ok ? 'True' : 'False',
    reason,
    message,
    since: '12m',
    tone: ok ? 'good' : 'bad',
  });
  return [
    one('PodScheduled', true),
    one('Initialized', true),
    one('ContainersReady', good, good ? '' : 'ContainersNotReady', why),
    one('Ready', good, good ? '' : 'ContainersNotReady', why),
  ];
}

/** As YAML; a namespace called `ml` has an object of about a megabyte. */
export function yamlOf(ask: OpenDetails, labels: readonly [string, string][]): string {
  const head = [
    `# read-only`,
    `apiVersion: v1`,
    `kind: ${KINDS[ask.kind] ?? ask.kind}`,
    'metadata:',
    `  name: ${ask.name}`,
    ...(ask.namespace ? [`  namespace: ${ask.namespace}`] : []),
    '  labels:',
    ...labels.map(([key, value]) => `    ${key}: "${value}"`),
    '  annotations:',
    '    note: |',
    '      several lines: of text',
    '      # not a comment here',
    'spec:',
    '  replicas: 3',
    '  paused: false',
    '  containers:',
    '  - name: app',
    '    image: registry.example.test/app:1.27.3',
    '    args:',
    '    - --listen=0.0.0.0:8080',
    "    - '--greeting=<b>hello</b>'",
    '    resources: {}',
  ];
  const many = ask.namespace === 'ml' ? 24_000 : 120;
  const tail = Array.from(
    { length: many },
    (_, index) => `    ENTRY_${index}: value number ${index} of many`,
  );
  return [...head, '    env:', ...tail, ''].join('\n');
}

function about(world: World, ask: OpenDetails): Partial<Details> {
  const events = world.events
    .filter((one) => one.namespace === ask.namespace)
    .slice(0, 6)
    .map((one) => ({
      age: age(one.lastMs),
      reason: one.reason,
      message: one.message,
      count: one.count,
      source: 'kubelet',
      tone: one.warning ? ('warn' as const) : ('plain' as const),
      about: null,
    }));
  switch (ask.kind) {
    case 'pods': {
      const pod = world.pods.find(
        (one) => one.namespace === ask.namespace && one.name === ask.name,
      );
      if (!pod) return { deleted: true, loaded: false };
      const good = pod.status === 'Running';
      const tone = good ? 'good' : pod.status === 'CrashLoopBackOff' ? 'bad' : 'warn';
      const why = good ? '' : `containers with unready status: [${pod.containers.join(' ')}]`;
      return {
        status: cell(pod.status, tone),
        verdicts: good
          ? []
          : [
              {
                tone,
                headline: `${pod.containers[0]} is not ready`,
                explanation: why,
                cause: null,
              },
            ],
        sections: facts(
          fact('Node', pod.node, pod.node ? ref('nodes', '', pod.node) : null),
          fact('QoS', 'Burstable'),
          fact('IP', pod.ip || '–'),
          fact('Service Account', 'default'),
          fact('Age', age(pod.createdMs)),
        ),
        conditions: conditions(good, why),
        containers: containers(pod),
        labels: pairs(Object.entries(pod.labels)),
        annotations: pairs([
          ['kubectl.kubernetes.io/last-applied-configuration', '{"kind":"Pod"}\n'],
          ['note', 'a <img src=x onerror=alert(1)> in an annotation'],
        ]),
        owners: [
          ref('replicasets', pod.namespace, pod.replicaSet),
          ref('deployments', pod.namespace, pod.app),
        ],
        events,
      };
    }
    case 'deployments': {
      const one = world.deployments.find(
        (each) => each.namespace === ask.namespace && each.name === ask.name,
      );
      if (!one) return { deleted: true, loaded: false };
      return {
        status: cell(
          `${one.ready} of ${one.replicas} ready`,
          one.ready < one.replicas ? 'warn' : 'good',
        ),
        sections: facts(
          fact('Replicas', String(one.replicas)),
          fact('Scaled by', one.name, ref('horizontalpodautoscalers', one.namespace, one.name)),
        ),
        conditions: conditions(true, ''),
        labels: pairs([['app', one.name]]),
        events,
      };
    }
    default:
      return { status: cell('Active', 'good'), labels: pairs([['kind', ask.kind]]), events };
  }
}

const part: FakePart = ({ world, notify }) => {
  const open = new Map<number, Open>();
  const query = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  const mode = query.get('details') ?? '';
  let nextId = 1;

  function find(id: number): Open {
    const one = open.get(id);
    if (!one) throw GONE;
    return one;
  }

  return {
    open_details(ask) {
      const id = nextId++;
      const one: Open = {
        ask,
        openedMs: Date.now(),
        version: 1,
        timer: setInterval(() => {
          one.version += 1;
          notify({ type: 'details', details: id, version: one.version });
        }, 3_000),
      };
      setTimeout(() => {
        one.version += 1;
        notify({ type: 'details', details: id, version: one.version });
      }, 400);
      open.set(id, one);
      return { details: id };
    },
    details({ id }) {
      const { ask, openedMs, version } = find(id);
      const loaded = mode !== 'loading' && Date.now() - openedMs > 350;
      const base: Details = {
        version,
        object: ref(ask.kind, ask.namespace, ask.name),
        loaded,
        deleted: mode === 'deleted' && Date.now() - openedMs > 1_000,
        problem: null,
        status: cell(''),
        measures: ask.kind === 'pods',
        command: `kubectl describe ${ask.kind} ${ask.name}`,
        verdicts: [],
        scaledBy: [],
        sections: [],
        conditions: [],
        containers: [],
        data: [],
        dataTotal: 0,
        labels: pairs([]),
        annotations: pairs([]),
        owners: [],
        events: [],
        eventsTotal: 0,
        eventsLoading: !loaded,
        owned: [],
        ownedTotal: 0,
        ownedProblem: '',
        eventsProblem: '',
        actions: { logs: null, yaml: null, events: null, graph: null },
        nextTickMs: 1_000,
      };
      if (!loaded) return base;
      if (mode === 'forbidden' || ask.kind === 'core/v1/secrets') {
        const problem: WireError = {
          code: 'forbidden',
          message: `User "dev" cannot get ${ask.kind} in the namespace "${ask.namespace}".`,
          detail: 'Ask for a role with the verb get on it.',
        };
        return { ...base, loaded: false, problem };
      }
      return { ...base, ...about(world, ask) };
    },
    yaml({ id, owners }) {
      const { ask } = find(id);
      const text = yamlOf(ask, about(world, ask).labels?.items ?? []);
      const owner = { manager: 'kubectl', since: '12m', others: 0, told: 'kubectl · Apply' };
      return {
        text,
        owners: owners ? [owner] : [],
        lineOwners: owners ? text.split('\n').map((line) => (line.startsWith(' ') ? 0 : -1)) : [],
        managedFields:
          '- manager: kubectl\n  operation: Apply\n  fieldsV1:\n    f:metadata:\n      f:labels: {}\n',
      };
    },
    pairs({ id, kind, filter, from, count }) {
      const all = about(world, find(id).ask)[kind]?.items ?? [];
      const found = all.filter((pair) => pair.join('=').includes(filter));
      return { total: found.length, items: found.slice(from, from + count) };
    },
    usage_history() {
      const now = Date.now();
      const times = Array.from({ length: 40 }, (_, index) => now - (40 - index) * 15_000);
      const wave = (high: number) => times.map((_, index) => high * (1 + Math.sin(index / 5) / 3));
      return {
        note: '',
        times,
        pods: 1,
        lines: [
          {
            name: '',
            cpuWords: '120m · request 250m · limit 1000m',
            cpu: wave(120),
            cpuRequest: 250,
            cpuLimit: 1000,
            memoryWords: '96Mi · request 128Mi · limit 256Mi',
            memory: wave(96 * 1024 * 1024),
            memoryRequest: 128 * 1024 * 1024,
            memoryLimit: 256 * 1024 * 1024,
          },
        ],
      };
    },
    field_owners() {
      return [
        {
          manager: 'kubectl',
          operation: 'Apply',
          subresource: '',
          apiVersion: 'v1',
          since: '12m',
          at: '2026-01-01 12:00:00',
          paths: ['.metadata.labels.app', '.spec.containers[name=app].image'],
          total: 2,
        },
      ];
    },
    reveal() {
      return { text: 'not a real secret', exact: 'not a real secret', binary: false, size: '17 B' };
    },
    close_details({ id }) {
      const timer = open.get(id)?.timer;
      if (timer) clearInterval(timer);
      open.delete(id);
      return null;
    },
  };
};

export default part;
