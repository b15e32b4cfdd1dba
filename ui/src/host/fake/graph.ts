// Scaling graphs of the in-memory backend: an hour and more of an invented load, and what followed.

import type { Flag, GraphMeta, Lane, LaneRole, SeenSpan, WireError } from '../../wire';
import type { FakePart } from './registry';
import type { FakeAutoscaler } from './world';

interface Graph {
  scaler: FakeAutoscaler;
  openedMs: number;
  version: number;
  timer: ReturnType<typeof setInterval>;
}

/** One step of the invented controller, ms. */
const STEP = 15_000;
const KNOWN_MS = 3 * 3600_000;
const GONE: WireError = { code: 'gone', message: 'That graph is closed.', detail: '' };
const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 8);

/** Load in per cent of what one replica carries, at `ms`: two waves and a little noise. */
export function loadAt(ms: number): number {
  const minute = ms / 60_000;
  const wave = 240 + 190 * Math.sin(minute / 9) + 60 * Math.sin(minute / 2.3);
  return Math.max(25, wave + 14 * Math.sin(ms / 7_000));
}

interface Sample {
  at: number;
  current: number;
  desired: number;
  ready: number;
  load: number;
}

/** What the invented controller did between two times, one sample a step. */
export function history(from: number, to: number, min: number, max: number): Sample[] {
  const samples: Sample[] = [];
  const recent: number[] = [];
  let current = min;
  let ready = min;
  for (let at = Math.ceil(from / STEP) * STEP; at <= to; at += STEP) {
    const load = loadAt(at);
    const wanted = Math.min(max, Math.max(min, Math.ceil(load / 80)));
    recent.push(wanted);
    if (recent.length > 20) recent.shift();
    const desired = wanted >= current ? wanted : Math.min(current, Math.max(...recent));
    ready = Math.min(current, ready + 1);
    samples.push({ at, current, desired, ready: Math.min(ready, current), load });
    current = desired;
  }
  return samples;
}

const lane = (role: LaneRole, title: string, unit: string, latest: string): Lane => ({
  id: `${role}:${title}`,
  title,
  role,
  unit,
  latest,
});

/** Values in the layout of the boundary's module `graph`. */
export function encode(times: number[], rows: number[][]): ArrayBuffer {
  const bytes = new ArrayBuffer(16 + 8 * times.length * (rows.length + 1));
  new Uint32Array(bytes, 0, 4).set([0x31524753, rows.length, times.length, 0]);
  [times, ...rows].forEach((row, index) => {
    new Float64Array(bytes, 16 + 8 * times.length * index, times.length).set(row);
  });
  return bytes;
}

const part: FakePart = ({ world, notify }) => {
  const open = new Map<number, Graph>();
  const query = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  const mode = query.get('graph') ?? '';
  let nextId = 1;

  function find(id: number): Graph {
    const graph = open.get(id);
    if (!graph) throw GONE;
    return graph;
  }

  const bounds = (scaler: FakeAutoscaler) => ({
    min: scaler.min,
    max: mode === 'far' ? 100 : Math.min(8, Math.max(5, scaler.max)),
  });

  /** Watched for 40 minutes, away for 6, watched since. */
  function seen(graph: Graph, now: number): SeenSpan[] {
    if (mode === 'empty') return [{ fromMs: graph.openedMs, toMs: now }];
    return [
      { fromMs: graph.openedMs - 46 * 60_000, toMs: graph.openedMs - 24 * 60_000 },
      { fromMs: graph.openedMs - 18 * 60_000, toMs: mode === 'stale' ? now - 40_000 : now },
    ];
  }

  function samples(graph: Graph, now: number): Sample[] {
    if (mode === 'empty') return [];
    const { min, max } = bounds(graph.scaler);
    return history(graph.openedMs - KNOWN_MS, now, min, max);
  }

  function meta(graph: Graph): GraphMeta {
    const now = Date.now();
    const { scaler } = graph;
    const { min, max } = bounds(scaler);
    const past = samples(graph, now);
    const last = past.at(-1);
    const ref = (kindId: string, kind: string, name: string) => ({
      kindId,
      kind,
      namespace: scaler.namespace,
      name,
    });
    const flags: Flag[] = past.flatMap((one, index) => {
      const before = past[index - 1];
      if (!before || one.current === before.current) return [];
      const up = one.current > before.current;
      return [
        {
          atMs: one.at,
          label: `→ ${one.current}`,
          text: `SuccessfulRescale: New size: ${one.current}; reason: ${up ? 'cpu resource utilization (percentage of request) above target' : 'All metrics below target'}`,
          tone: 'scaled',
          at: clock(one.at),
        },
      ];
    });
    if (mode !== 'empty') {
      flags.push({
        atMs: graph.openedMs - 33 * 60_000,
        label: 'FailedGetResourceMetric',
        text: 'FailedGetResourceMetric: failed to get cpu utilization: <b>no metrics</b> returned from resource metrics API',
        tone: 'warning',
        at: clock(graph.openedMs - 33 * 60_000),
      });
      flags.sort((a, b) => a.atMs - b.atMs);
    }
    const words = (value: number | undefined) => (value === undefined ? '' : String(value));
    const messages = scaler.unit === 'messages';
    const plainCell = (text: string) => ({ text, tone: 'plain' as const });
    return {
      version: graph.version,
      loaded: now - graph.openedMs > 300,
      deleted: mode === 'deleted',
      nowMs: now,
      knownFromMs: mode === 'empty' ? graph.openedMs : graph.openedMs - KNOWN_MS,
      target: ref('deployments', 'Deployment', scaler.target),
      partner: messages
        ? ref('horizontalpodautoscalers', 'HorizontalPodAutoscaler', `keda-hpa-${scaler.name}`)
        : null,
      facts: [
        {
          label: 'Replicas',
          value: plainCell(`${last?.current ?? 0}, wants ${last?.desired ?? 0}`),
          links: [],
        },
        { label: 'Bounds', value: plainCell(`${min} … ${max}`), links: [] },
        { label: 'Last change', value: plainCell('4m12s ago'), links: [] },
      ],
      status:
        last?.current === max
          ? { text: `At max ${max} of ${max}`, tone: 'warn' }
          : plainCell(`${last?.current ?? 0} replicas, steady`),
      conditions: [
        {
          name: 'AbleToScale',
          status: 'True',
          reason: 'ReadyForNewScale',
          message: 'recommended size matches current size',
          since: '3h',
          tone: 'good',
        },
        {
          name: 'ScalingLimited',
          status: last?.current === max ? 'True' : 'False',
          reason: last?.current === max ? 'TooManyReplicas' : 'DesiredWithinRange',
          message:
            last?.current === max
              ? 'the desired replica count is more than the maximum replica count'
              : 'the desired count is within the acceptable range',
          since: '2m',
          tone: last?.current === max ? 'warn' : 'good',
        },
      ],
      lanes: [
        lane('ready', 'ready', '', words(last?.ready)),
        lane('current', 'current', '', words(last?.current)),
        lane('desired', 'desired', '', words(last?.desired)),
        lane('min', 'min', '', String(min)),
        lane('max', 'max', '', String(max)),
        lane('metric', 'cpu', '%', last ? `${Math.round(last.load / last.current)}% of 80%` : ''),
        lane('target', 'cpu target', '%', '80%'),
        ...(messages
          ? [
              lane(
                'metric',
                's0-rabbitmq-orders',
                'messages',
                last ? `${Math.round(last.load * 31)} of 2500` : '',
              ),
              lane('target', 'target', 'messages', '2500'),
            ]
          : []),
      ],
      flags,
      seen: seen(graph, now),
      state: {
        phase: mode === 'stale' ? 'stale' : mode === 'failed' ? 'failed' : 'live',
        why:
          mode === 'stale'
            ? `as of ${clock(now - 40_000)}, reconnecting: connection refused`
            : mode === 'failed'
              ? 'horizontalpodautoscalers.autoscaling is forbidden for user "dev"'
              : '',
        received: 1,
        expected: 1,
        code: mode === 'failed' ? 'forbidden' : null,
        lack: null,
        limitedTo: [],
      },
    };
  }

  return {
    open_graph({ kind, namespace, name }) {
      const scaler = world.autoscalers.find(
        (one) => one.kind === kind && one.namespace === namespace && one.name === name,
      );
      if (!scaler) {
        const missing: WireError = {
          code: 'gone',
          message: `There is no autoscaler ${namespace}/${name} any more.`,
          detail: '',
        };
        throw missing;
      }
      const id = nextId++;
      const graph: Graph = {
        scaler,
        openedMs: Date.now(),
        version: 1,
        timer: setInterval(() => {
          graph.version += 1;
          notify({ type: 'graph', graph: id, version: graph.version });
        }, 5_000),
      };
      setTimeout(() => {
        graph.version += 1;
        notify({ type: 'graph', graph: id, version: graph.version });
      }, 350);
      open.set(id, graph);
      return { graph: id };
    },
    graph: ({ id }) => meta(find(id)),
    graph_series({ graph: id, fromMs, toMs }) {
      const graph = find(id);
      const { min, max } = bounds(graph.scaler);
      const spans = seen(graph, toMs);
      const past = samples(graph, toMs).filter((one) => one.at >= fromMs - STEP);
      const known = (at: number) => spans.some((span) => at >= span.fromMs && at <= span.toMs);
      // Before it was watched, events tell replicas, but nobody tells metrics or readiness.
      const watched = (value: (one: Sample) => number) =>
        past.map((one) => (known(one.at) ? value(one) : NaN));
      const early = spans[0]?.fromMs ?? toMs;
      const told = (value: (one: Sample) => number) =>
        past.map((one) => (known(one.at) || one.at < early ? value(one) : NaN));
      const rows = [
        watched((one) => one.ready),
        told((one) => one.current),
        told((one) => one.desired),
        watched(() => min),
        watched(() => max),
        watched((one) => one.load / one.current),
        watched(() => 80),
      ];
      if (graph.scaler.unit === 'messages') {
        rows.push(
          watched((one) => one.load * 31),
          watched(() => 2500),
        );
      }
      return encode(
        past.map((one) => one.at / 1000),
        rows,
      );
    },
    close_graph({ id }) {
      const graph = open.get(id);
      if (graph) clearInterval(graph.timer);
      open.delete(id);
      return null;
    },
  };
};

export default part;
