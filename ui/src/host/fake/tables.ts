// Columns and rows of the in-memory backend's kinds.

import type { Cell, Column, Tone } from '../../wire';
import type { World } from './world';

/** A row with what it is sorted by. */
export interface FakeRow {
  key: string;
  namespace: string;
  name: string;
  kind: string;
  cells: Cell[];
  sort: (string | number)[];
}

/** A kind's table. */
export interface FakeTable {
  columns: Column[];
  rows(world: World, nowMs: number): FakeRow[];
}

type Field = [value: string | number, text?: string, tone?: Tone];

/** An age as kubectl prints it. */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 120) return `${s}s`;
  const m = Math.floor(s / 60);
  if (m < 10) return s % 60 ? `${m}m${s % 60}s` : `${m}m`;
  if (m < 180) return `${m}m`;
  const h = Math.floor(m / 60);
  if (h < 8) return m % 60 ? `${h}h${m % 60}m` : `${h}h`;
  if (h < 48) return `${h}h`;
  return `${Math.floor(h / 24)}d`;
}

/** `id Title width [end] [wide]`, one column a line. */
function columns(text: string): Column[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', title = '', width = '100', ...flags] = line.trim().split(/\s+/);
      return {
        id,
        title: title.replaceAll('_', ' '),
        width: Number(width),
        align: flags.includes('end') ? 'end' : 'start',
        wide: flags.includes('wide'),
      };
    });
}

function row(kind: string, namespace: string, name: string, fields: Field[]): FakeRow {
  return {
    key: `${kind}/${namespace}/${name}`,
    namespace,
    name,
    kind,
    cells: fields.map(([value, text, tone]) => ({
      text: text ?? String(value),
      tone: tone ?? 'plain',
    })),
    sort: fields.map(([value]) => value),
  };
}

const BAD = new Set(['CrashLoopBackOff', 'ImagePullBackOff', 'Error']);
const QUIET = new Set(['Terminating', 'Completed']);

function statusTone(status: string): Tone {
  if (status === 'Running') return 'good';
  if (BAD.has(status)) return 'bad';
  return QUIET.has(status) ? 'quiet' : 'warn';
}

const aged = (now: number, created: number): Field => [now - created, age(now - created), 'quiet'];
const amount = (value: number, unit: string): Field =>
  value ? [value, `${value}${unit}`] : [-1, '–', 'quiet'];

const simple = (kind: string, names: (world: World) => [string, string][]): FakeTable => ({
  columns: columns('name Name 320\nnamespace Namespace 160\nage Age 80 end'),
  rows: (world, now) =>
    names(world).map(([namespace, name]) =>
      row(kind, namespace, name, [[name], [namespace, namespace, 'quiet'], aged(now, now - 9e7)]),
    ),
});

/** Tables by kind id. */
export const TABLES: Record<string, FakeTable> = {
  pods: {
    columns: columns(`namespace Namespace 140
      name Name 300
      ready Ready 64 end
      status Status 150
      restarts Restarts 110 end
      age Age 72 end
      ip IP 120 wide
      node Node 160
      nominated-node Nominated_Node 140 wide
      readiness-gates Readiness_Gates 130 wide
      cpu CPU 72 end
      memory Memory 84 end
      controlled-by Controlled_By 220`),
    rows: (world, now) =>
      world.pods.map((pod) => {
        const whole = pod.ready === pod.containers.length || QUIET.has(pod.status);
        return row('pods', pod.namespace, pod.name, [
          [pod.namespace, pod.namespace, 'quiet'],
          [pod.name],
          [
            pod.ready,
            `${pod.ready}/${pod.containers.length}`,
            whole ? 'plain' : statusTone(pod.status),
          ],
          [pod.status, pod.status, statusTone(pod.status)],
          [
            pod.restarts,
            pod.restarts ? `${pod.restarts} (${age(now - pod.lastRestartMs)} ago)` : '0',
          ],
          aged(now, pod.createdMs),
          [pod.ip, pod.ip || '<none>', 'quiet'],
          [pod.node || '<none>', pod.node || '<none>', 'quiet'],
          ['<none>', '<none>', 'quiet'],
          ['<none>', '<none>', 'quiet'],
          amount(pod.cpu, 'm'),
          amount(pod.memory, 'Mi'),
          [pod.replicaSet, `ReplicaSet/${pod.replicaSet}`, 'quiet'],
        ]);
      }),
  },
  deployments: {
    columns: columns(`name Name 240
      namespace Namespace 120
      ready Ready 70
      uptodate Up-to-date 90 end
      available Available 90 end
      age Age 70 end
      containers Containers 120 wide
      images Images 220 wide
      selector Selector 160 wide`),
    rows: (world, now) =>
      world.deployments.map((one) =>
        row('deployments', one.namespace, one.name, [
          [one.name],
          [one.namespace, one.namespace, 'quiet'],
          [one.ready, `${one.ready}/${one.replicas}`, one.ready < one.replicas ? 'warn' : 'plain'],
          [one.replicas],
          [one.ready],
          aged(now, one.createdMs),
          ['app'],
          [one.image],
          [`app=${one.name}`],
        ]),
      ),
  },
  replicasets: {
    columns: columns(`name Name 280
      namespace Namespace 120
      desired Desired 80 end
      current Current 80 end
      ready Ready 80 end
      age Age 70 end`),
    rows: (world, now) =>
      world.deployments.map((one) =>
        row('replicasets', one.namespace, one.replicaSet, [
          [one.replicaSet],
          [one.namespace, one.namespace, 'quiet'],
          [one.replicas],
          [one.replicas],
          [one.ready, String(one.ready), one.ready < one.replicas ? 'warn' : 'plain'],
          aged(now, one.createdMs),
        ]),
      ),
  },
  nodes: {
    columns: columns(`name Name 180
      status Status 150
      roles Roles 120
      cpu CPU 80 end
      memory Memory 90 end
      version Version 100
      age Age 70 end`),
    rows: (world, now) =>
      world.nodes.map((one) =>
        row('nodes', '', one.name, [
          [one.name],
          [one.ready ? 'Ready' : 'NotReady', undefined, one.ready ? 'good' : 'bad'],
          ['<none>', '<none>', 'quiet'],
          amount(one.cpu, 'm'),
          amount(one.memory, 'Mi'),
          ['v1.36.3'],
          aged(now, one.createdMs),
        ]),
      ),
  },
  namespaces: {
    columns: columns('name Name 240\nstatus Status 120\nage Age 80 end'),
    rows: (world, now) =>
      world.namespaces.map((name) =>
        row('namespaces', '', name, [[name], ['Active', 'Active', 'good'], aged(now, now - 4e9)]),
      ),
  },
  events: {
    columns: columns(`last Last_seen 90 end
      status Type 100
      reason Reason 150
      object Object 220
      message Message 460
      count Count 60 end
      namespace Namespace 120`),
    rows: (world, now) =>
      world.events.map((one) =>
        row('events', one.namespace, one.name, [
          aged(now, one.lastMs),
          [one.warning ? 'Warning' : 'Normal', undefined, one.warning ? 'warn' : 'quiet'],
          [one.reason],
          [one.object],
          [one.message],
          [one.count],
          [one.namespace, one.namespace, 'quiet'],
        ]),
      ),
  },
  'core/v1/configmaps': simple('core/v1/configmaps', (world) =>
    world.namespaces.map((namespace) => [namespace, 'kube-root-ca.crt']),
  ),
  'cert-manager.io/v1/certificates': simple('cert-manager.io/v1/certificates', () => [
    ['shop', 'cart-tls'],
    ['payments', 'ledger-tls'],
  ]),
};

function autoscalers(kinds: string[]): FakeTable {
  return {
    columns: columns(`namespace Namespace 140
      name Name 220
      kind Kind 110
      target Target 220
      metrics Metrics 260
      current Current 72 end
      desired Desired 72 end
      min Min 56 end
      max Max 56 end
      last-change Last_Change 96 end
      status Status 260`),
    rows: (world, now) =>
      world.autoscalers
        .filter((one) => kinds.includes(one.kind))
        .map((one) => {
          const atMax = one.current >= one.max;
          const metric =
            one.unit === '%'
              ? `cpu: ${one.value}%/${one.goal}%`
              : `s0-rabbitmq-orders: ${one.value}/${one.goal}`;
          return row(one.kind, one.namespace, one.name, [
            [one.namespace, one.namespace, 'quiet'],
            [one.name],
            [one.kind === 'scaledobjects' ? 'ScaledObject' : 'HPA', undefined, 'quiet'],
            [`Deployment/${one.target}`],
            [one.value, metric],
            [one.current],
            [one.desired],
            [one.min],
            [one.max],
            aged(now, one.lastScaleMs),
            [atMax ? `At max ${one.max}` : 'Steady', undefined, atMax ? 'warn' : 'good'],
          ]);
        }),
  };
}

TABLES['findings'] = {
  columns: columns(`severity Severity 96
    finding Finding 380
    namespace Namespace 130
    workload Workload 200
    autoscaler Autoscaler 200
    evidence Evidence 320
    fix Fix 360`),
  rows: () => [
    row('findings', 'shop', 'HPA/web/missing-request/0', [
      [0, 'Error', 'bad'],
      ['A pod has no request of cpu, so its utilization cannot be computed.'],
      ['shop'],
      ['Deployment/web'],
      ['HPA/web'],
      ['Pod web-1: missing request for cpu in container app'],
      ['Give each container a request of cpu.'],
    ]),
  ],
};
TABLES['scaling'] = autoscalers(['horizontalpodautoscalers', 'scaledobjects']);
TABLES['horizontalpodautoscalers'] = autoscalers(['horizontalpodautoscalers']);
TABLES['scaledobjects'] = autoscalers(['scaledobjects']);
