// Scaling graphs of the in-memory backend; the page's query `?graph=` chooses a state: empty, far, stale, failed, deleted,
// loading, mute.

import type {
  Explained,
  Flag,
  GraphMeta,
  Lane,
  LaneRole,
  Marks,
  SeenSpan,
  WireError,
} from '../../wire';
import type { FakePart } from './registry';
import { explainEvening, explainShop, unknownThen } from './scaling/explain';
import { eveningMarks, shopMarks } from './scaling/marks';
import { evening, history, type Sample, STEP } from './scaling/story';
import type { FakeAutoscaler } from './world';

interface Graph {
  scaler: FakeAutoscaler;
  openedMs: number;
  version: number;
  timer: ReturnType<typeof setInterval>;
}

const MINUTE = 60_000;
const KNOWN_MS = 3 * 60 * MINUTE;
const GONE: WireError = { code: 'gone', message: 'That graph is closed.', detail: '' };
const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 8);
const plainCell = (text: string) => ({ text, tone: 'plain' as const });

const lane = (id: string, role: LaneRole, title: string, unit: string, latest: string): Lane => ({
  id,
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

/** A series with what it says of a moment; `told` is known before it was watched, too. */
interface Row extends Lane {
  told: boolean;
  of: (one: Sample) => number;
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

  const isEvening = ({ scaler }: Graph) => scaler.name === 'cosci';
  const maxOf = ({ scaler }: Graph) =>
    mode === 'far' ? 100 : Math.min(8, Math.max(5, scaler.max));

  /** Watched for a while, away for 6 minutes, watched since. */
  function seen(graph: Graph, now: number): SeenSpan[] {
    const { openedMs } = graph;
    if (mode === 'empty') return [{ fromMs: openedMs, toMs: now }];
    const to = mode === 'stale' ? now - 40_000 : now;
    if (isEvening(graph)) return [{ fromMs: openedMs - 47 * MINUTE, toMs: to }];
    return [
      { fromMs: openedMs - 46 * MINUTE, toMs: openedMs - 24 * MINUTE },
      { fromMs: openedMs - 18 * MINUTE, toMs: to },
    ];
  }

  function samples(graph: Graph, to: number): Sample[] {
    if (mode === 'empty') return [];
    const from = graph.openedMs - KNOWN_MS;
    if (isEvening(graph)) return evening(from, to, graph.openedMs);
    return history(from, to, graph.scaler.min, maxOf(graph));
  }

  function rows(graph: Graph, last: Sample | undefined): Row[] {
    const max = maxOf(graph);
    const words = (value: number | undefined) => (value === undefined ? '–' : String(value));
    const row = (one: Lane, of: Row['of'], told = false): Row => ({ ...one, of, told });
    const counts = [
      row(lane('ready', 'ready', 'ready', '', words(last?.ready)), (one) => one.ready),
      row(lane('asked', 'asked', 'load asks', '', words(last?.asked)), (one) => one.asked),
      row(lane('current', 'current', 'current', '', words(last?.current)), (one) => one.current, true), // prettier-ignore
      row(lane('desired', 'desired', 'desired', '', words(last?.desired)), (one) => one.desired, true), // prettier-ignore
      row(lane('min', 'min', 'min', '', String(graph.scaler.min)), () => graph.scaler.min),
      row(lane('max', 'max', 'max', '', String(max)), () => max),
    ];
    if (isEvening(graph)) {
      const asks = (one: Sample) => Math.ceil(one.load / 2);
      return [
        ...counts,
        row(lane('metric:1', 'metric', 'cron', '', '21:00–24:00 Europe/Oslo'), () => 1),
        row(lane('metric:0', 'metric', 'kubernetes-workload', '', 'app=nginx, value ÷ 2'), (one) => one.load), // prettier-ignore
        row(lane('asks:0', 'asks', 'asks', '', words(last && asks(last))), asks),
      ];
    }
    const usage = last ? `${Math.round(last.load / last.current)}% of 80%` : '';
    const cpu = [
      row(lane('metric:0', 'metric', 'cpu', '%', usage), (one) => one.load / one.current),
      row(lane('target:0', 'target', 'cpu target', '%', '80%'), () => 80),
      row(lane('asks:0', 'asks', 'asks', '', words(last?.asked)), (one) => one.asked),
    ];
    if (graph.scaler.unit !== 'messages') return [...counts, ...cpu];
    const depth = last ? `${Math.round(last.load * 31)} of 2500` : '';
    return [
      ...counts,
      ...cpu,
      row(lane('metric:2', 'metric', 's0-rabbitmq-orders', 'messages', depth), (one) => one.load * 31), // prettier-ignore
      row(lane('target:2', 'target', 'target', 'messages', '2500'), () => 2500),
    ];
  }

  function flags(graph: Graph, past: readonly Sample[]): Flag[] {
    const list: Flag[] = past.flatMap((one, index) => {
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
    const at = graph.openedMs - 33 * MINUTE;
    if (mode !== 'empty') {
      list.push(
        isEvening(graph)
          ? { atMs: at, label: 'maxReplicaCount → 8', text: 'Edited by kubectl-edit: maxReplicaCount 5 → 8.', tone: 'edited', at: clock(at) } // prettier-ignore
          : { atMs: at, label: 'FailedGetResourceMetric', text: 'FailedGetResourceMetric: failed to get cpu utilization: <b>no metrics</b> returned from resource metrics API', tone: 'warning', at: clock(at) }, // prettier-ignore
      );
    }
    return list.sort((a, b) => a.atMs - b.atMs);
  }

  const STATES: Record<string, { phase: 'stale' | 'failed' | 'listing'; why: string }> = {
    stale: { phase: 'stale', why: 'connection refused; reconnecting' },
    failed: {
      phase: 'failed',
      why: 'horizontalpodautoscalers.autoscaling is forbidden for user "dev"',
    },
    loading: { phase: 'listing', why: '' },
  };

  function meta(graph: Graph): GraphMeta {
    const now = Date.now();
    const { scaler } = graph;
    const max = maxOf(graph);
    const past = samples(graph, now);
    const last = past.at(-1);
    const capped = last !== undefined && last.asked > max;
    const ref = (kindId: string, kind: string, name: string) => ({
      kindId,
      kind,
      namespace: scaler.namespace,
      name,
    });
    const state = STATES[mode];
    return {
      version: graph.version,
      loaded: mode !== 'loading' && mode !== 'failed' && now - graph.openedMs > 300,
      deleted: mode === 'deleted',
      nowMs: now,
      rate: 1,
      recalling: false,
      knownFromMs: mode === 'empty' ? graph.openedMs : graph.openedMs - KNOWN_MS,
      target: ref('deployments', 'Deployment', scaler.target),
      partner:
        scaler.kind === 'scaledobjects'
          ? ref('horizontalpodautoscalers', 'HorizontalPodAutoscaler', `keda-hpa-${scaler.name}`)
          : null,
      facts: [
        {
          label: 'Replicas',
          value: plainCell(`${last?.current ?? 0}, wants ${last?.desired ?? 0}`),
          links: [],
        },
        { label: 'Bounds', value: plainCell(`${scaler.min} … ${max}`), links: [] },
        { label: 'Last change', value: plainCell('4m12s ago'), links: [] },
      ],
      status: capped
        ? { text: `At max ${max} of ${max}`, tone: 'warn' }
        : plainCell(`${last?.current ?? 0} replicas`),
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
          status: capped ? 'True' : 'False',
          reason: capped ? 'TooManyReplicas' : 'DesiredWithinRange',
          message: capped
            ? 'the desired replica count is more than the maximum replica count'
            : 'the desired count is within the acceptable range',
          since: '2m',
          tone: capped ? 'warn' : 'good',
        },
      ],
      lanes: rows(graph, last).map(({ id, title, role, unit, latest }) => ({
        id,
        title,
        role,
        unit,
        latest,
      })),
      flags: flags(graph, past),
      seen: seen(graph, now),
      state: {
        phase: state?.phase ?? 'live',
        why: state?.why ?? '',
        received: 1,
        expected: 1,
        code: mode === 'failed' ? 'forbidden' : null,
        lack: null,
        limitedTo: [],
      },
    };
  }

  function marks(graph: Graph, toMs: number): Marks {
    const past = samples(graph, Math.min(toMs, Date.now()));
    return isEvening(graph)
      ? eveningMarks(past, graph.openedMs, Date.now())
      : shopMarks(past, graph.scaler.name, maxOf(graph));
  }

  function explain(graph: Graph, atMs: number | null): Explained {
    const at = atMs ?? Date.now();
    const isSeen = seen(graph, Date.now()).some(({ fromMs, toMs }) => at >= fromMs && at <= toMs);
    const sample = samples(graph, at).at(-1);
    if (!sample || !isSeen) return unknownThen(at);
    return isEvening(graph)
      ? explainEvening(sample, at, graph.openedMs, atMs === null)
      : explainShop(sample, at, maxOf(graph), atMs === null);
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
      const tick = () => {
        graph.version += 1;
        notify({ type: 'graph', graph: id, version: graph.version });
      };
      const graph: Graph = {
        scaler,
        openedMs: Date.now(),
        version: 1,
        timer: setInterval(tick, 5_000),
      };
      setTimeout(tick, 350);
      open.set(id, graph);
      return { graph: id };
    },
    graph: ({ id }) => meta(find(id)),
    graph_series({ graph: id, fromMs, toMs }) {
      const graph = find(id);
      const spans = seen(graph, toMs);
      const past = samples(graph, toMs).filter((one) => one.at >= fromMs - STEP);
      const known = (at: number) => spans.some((span) => at >= span.fromMs && at <= span.toMs);
      // Before it was watched, events tell replicas, but nobody tells metrics or readiness.
      const early = spans[0]?.fromMs ?? toMs;
      return encode(
        past.map((one) => one.at / 1000),
        rows(graph, undefined).map(({ of, told }) =>
          past.map((one) => (known(one.at) || (told && one.at < early) ? of(one) : NaN)),
        ),
      );
    },
    graph_marks: ({ graph: id, toMs }) => marks(find(id), toMs),
    graph_table({ graph: id, fromMs, toMs }) {
      const graph = find(id);
      const all = rows(graph, undefined);
      const past = samples(graph, Math.min(toMs, Date.now())).filter(({ at }) => at >= fromMs);
      const line = (one: Sample) => all.map(({ of }) => String(Math.round(of(one) * 10) / 10));
      const changed = past.filter((one, index) => {
        const before = past[index - 1];
        return !before || line(one).join() !== line(before).join();
      });
      return {
        columns: ['Time', ...all.map(({ title }) => title)],
        rows: changed.map((one) => [clock(one.at), ...line(one)]),
        leftOut: 0,
      };
    },
    explain({ graph: id, atMs }) {
      if (mode === 'mute') {
        const failed: WireError = { code: 'other', message: 'Too little is known.', detail: '' };
        throw failed;
      }
      return explain(find(id), atMs);
    },
    save_export({ name, base64 }) {
      const link = document.createElement('a');
      link.href = `data:application/octet-stream;base64,${base64}`;
      link.download = name;
      link.click();
      return { path: `/home/dev/${name}` };
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
