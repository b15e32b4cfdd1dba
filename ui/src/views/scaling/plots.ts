// The graph of an autoscaler as lanes: replicas above, one for each metric or schedule below, then the pods.

import type { Draw, LaneSpec, Note, PlotSeries, PlotSpec } from '../../graph/plot';
import { figure } from '../../graph/scale';
import type { CronWindow, Lane, LaneRole, Marks } from '../../wire';
import { barsOf } from './marks';

/** Stroke and colour of each role, in the order of drawing: the first lies below. */
const STROKES: Record<LaneRole, { draw: Draw; ink: string; order: number }> = {
  max: { draw: 'limit', ink: '--series-limit', order: 0 },
  min: { draw: 'limit', ink: '--series-limit', order: 1 },
  desired: { draw: 'thin', ink: '--series-limit', order: 2 },
  ready: { draw: 'thin', ink: '--series-ready', order: 3 },
  asked: { draw: 'dashed', ink: '--series-desired', order: 4 },
  current: { draw: 'area', ink: '--series-current', order: 5 },
  target: { draw: 'limit', ink: '--series-limit', order: 0 },
  metric: { draw: 'line', ink: '--series-metric', order: 1 },
  asks: { draw: 'thin', ink: '--series-metric', order: 2 },
};

const byOrder = (a: { lane: Lane }, b: { lane: Lane }) =>
  STROKES[a.lane.role].order - STROKES[b.lane.role].order;

/** In which order values are read. */
const RANK: readonly LaneRole[] = ['current', 'asked', 'desired', 'ready', 'min', 'max'];
const byRank = (a: { lane: Lane }, b: { lane: Lane }) =>
  RANK.indexOf(a.lane.role) - RANK.indexOf(b.lane.role);

interface Placed {
  lane: Lane;
  index: number;
}

interface Metric {
  metric: Placed;
  target: Placed | null;
  asks: Placed | null;
}

/** Lanes of the upper plot, and each metric with its target and what it asks for, if it has them. */
export function groupLanes(lanes: readonly Lane[]): { counts: Placed[]; metrics: Metric[] } {
  const counts: Placed[] = [];
  const metrics: Metric[] = [];
  lanes.forEach((lane, index) => {
    const last = metrics.at(-1);
    switch (lane.role) {
      case 'metric':
        metrics.push({ metric: { lane, index }, target: null, asks: null });
        break;
      case 'target':
        if (last) last.target = { lane, index };
        break;
      case 'asks':
        if (last) last.asks = { lane, index };
        break;
      case 'ready':
      case 'asked':
      case 'current':
      case 'desired':
      case 'min':
      case 'max':
        counts.push({ lane, index });
        break;
    }
  });
  return { counts, metrics };
}

/** What load asks for says all that the controller's own desired count does, and before the rules. */
function drawn(counts: Placed[]): Placed[] {
  const asked = counts.some(({ lane }) => lane.role === 'asked');
  return counts.filter(({ lane }) => !asked || lane.role !== 'desired');
}

const strokeOf = (lane: Lane, alone: boolean): { draw: Draw; ink: string } => {
  if (lane.role === 'desired' && alone) return { draw: 'dashed', ink: '--series-desired' };
  const { draw, ink } = STROKES[lane.role];
  return { draw, ink };
};

const series = ({ lane, index }: Placed): PlotSeries => ({
  index,
  label: lane.role === 'target' ? 'target' : lane.title,
  ...strokeOf(lane, true),
  // What load asks for may be many times the limit.
  ...(lane.role === 'asked' ? { mayLeave: true as const } : {}),
});

const note = ({ lane }: Placed): Note => ({
  text: `${lane.title} ${lane.latest}`.trim(),
  stroke: strokeOf(lane, true),
});

/** What is drawn of an autoscaler of this kind with these lanes and marks. */
export function lanesOf(lanes: readonly Lane[], marks: Marks, kind: string): LaneSpec[] {
  const { counts, metrics } = groupLanes(lanes);
  const keyed: readonly LaneRole[] = ['current', 'asked', 'desired', 'ready'];
  const replicas: PlotSpec = {
    type: 'plot',
    id: 'replicas',
    title: kind === 'scaledjobs' ? 'Jobs' : 'Replicas',
    notes: drawn(counts)
      .filter(({ lane }) => keyed.includes(lane.role))
      .sort(byRank)
      .map(note),
    series: drawn(counts).toSorted(byOrder).map(series),
    unit: '',
    whole: true,
    height: 200,
    written: null,
    main: true,
  };
  const bars = barsOf(marks, kind);
  return [
    replicas,
    ...metrics.map((one) => {
      const windows = marks.windows.filter(({ lane }) => lane === one.metric.lane.id);
      return windows.length ? windowsOf(one, windows) : plotOf(one);
    }),
    ...(bars ? [bars] : []),
  ];
}

function plotOf({ metric, target, asks }: Metric): LaneSpec {
  const { lane } = metric;
  return {
    type: 'plot',
    id: lane.id,
    title: lane.title,
    notes: lane.latest ? [{ text: lane.latest, stroke: null }] : [],
    series: (target ? [target, metric] : [metric]).map(series),
    unit: lane.unit.length > 1 ? '' : lane.unit,
    whole: false,
    height: 104,
    written: asks?.index ?? null,
    main: false,
  };
}

function windowsOf({ metric, asks }: Metric, windows: readonly CronWindow[]): LaneSpec {
  const { lane } = metric;
  // What a schedule is measured as says less than what it asks for.
  const known = asks && /^\d+$/.test(asks.lane.latest);
  const text = known ? `asks ${asks.lane.latest}` : lane.latest;
  return {
    type: 'windows',
    id: lane.id,
    title: lane.title,
    notes: text ? [{ text, stroke: null }] : [],
    windows: windows.map((one) => ({
      from: one.fromMs,
      to: one.toMs,
      label: one.label,
      text: one.detail ? `${one.label} · ${one.detail}` : one.label,
    })),
    outside: 'outside',
  };
}

/** One line of the list of values, key to the strokes at the same time. */
export interface Reading {
  id: string;
  label: string;
  value: string;
  stroke: { draw: Draw; ink: string };
}

/** `62%`, `12 messages`; a dash where nothing was seen. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return '–';
  return `${figure(value)}${unit.length > 1 ? ` ${unit}` : unit}`;
}

/**
 * Values of all series: at an instant through `value` (by index of the series), or the latest in the
 * backend's words when `value` is null.
 */
export function readings(
  lanes: readonly Lane[],
  value: ((index: number) => number | null) | null,
): Reading[] {
  const { counts, metrics } = groupLanes(lanes);
  const alone = !counts.some(({ lane }) => lane.role === 'asked');
  const words = ({ lane, index }: Placed) =>
    value ? valueText(value(index), lane.unit) : lane.latest || '–';
  return [
    ...counts.toSorted(byRank).map((one) => ({
      id: one.lane.id,
      label: one.lane.title,
      value: words(one),
      stroke: strokeOf(one.lane, alone),
    })),
    ...metrics.map(({ metric, target, asks }) => {
      const goal = target && value ? value(target.index) : null;
      const of = goal === null ? '' : ` of ${valueText(goal, target?.lane.unit ?? '')}`;
      // A unit in words is said once: 14 of 20 messages.
      const bare = of !== '' && metric.lane.unit.length > 1;
      const own = bare ? words({ ...metric, lane: { ...metric.lane, unit: '' } }) : words(metric);
      const wanted = asks && words(asks) !== '–' ? `, asks ${words(asks)}` : '';
      return {
        id: metric.lane.id,
        label: metric.lane.title,
        value: `${own}${of}${wanted}`,
        stroke: strokeOf(metric.lane, alone),
      };
    }),
  ];
}

/** All readings as one sentence. */
export function sentence(at: string, list: readonly Reading[]): string {
  return `${at}: ${list.map(({ label, value }) => `${label} ${value}`).join(', ')}`;
}
