// The graph of an autoscaler as plots: replicas above, a plot for each metric below.

import type { Draw, Note, PlotSeries, PlotSpec } from '../../graph/plot';
import { figure } from '../../graph/scale';
import type { Lane, LaneRole } from '../../wire';

/** Stroke and colour of each role, in the order of drawing: the first lies below. */
const STROKES: Record<LaneRole, { draw: Draw; ink: string; order: number }> = {
  max: { draw: 'limit', ink: '--series-limit', order: 0 },
  min: { draw: 'limit', ink: '--series-limit', order: 1 },
  desired: { draw: 'dashed', ink: '--series-desired', order: 2 },
  ready: { draw: 'thin', ink: '--series-ready', order: 3 },
  current: { draw: 'area', ink: '--series-current', order: 4 },
  target: { draw: 'limit', ink: '--series-limit', order: 0 },
  metric: { draw: 'line', ink: '--series-metric', order: 1 },
};

const byOrder = (a: { lane: Lane }, b: { lane: Lane }) =>
  STROKES[a.lane.role].order - STROKES[b.lane.role].order;

/** In which order values are read. */
const RANK: readonly LaneRole[] = ['current', 'desired', 'ready', 'min', 'max'];
const byRank = (a: { lane: Lane }, b: { lane: Lane }) =>
  RANK.indexOf(a.lane.role) - RANK.indexOf(b.lane.role);

interface Placed {
  lane: Lane;
  index: number;
}

/** Lanes of the upper plot, and each metric with its target if it has one. */
export function groupLanes(lanes: readonly Lane[]): {
  counts: Placed[];
  metrics: { metric: Placed; target: Placed | null }[];
} {
  const counts: Placed[] = [];
  const metrics: { metric: Placed; target: Placed | null }[] = [];
  lanes.forEach((lane, index) => {
    const last = metrics.at(-1);
    switch (lane.role) {
      case 'metric':
        metrics.push({ metric: { lane, index }, target: null });
        break;
      case 'target':
        if (last) last.target = { lane, index };
        break;
      case 'ready':
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

const series = ({ lane, index }: Placed): PlotSeries => {
  const { draw, ink } = STROKES[lane.role];
  return { index, label: lane.role === 'target' ? 'target' : lane.title, draw, ink };
};

const note = ({ lane }: Placed): Note => {
  const { draw, ink } = STROKES[lane.role];
  return { text: `${lane.title} ${lane.latest}`.trim(), stroke: { draw, ink } };
};

/** The plots of a graph with these lanes. */
export function plotsOf(lanes: readonly Lane[]): PlotSpec[] {
  const { counts, metrics } = groupLanes(lanes);
  const keyed: readonly LaneRole[] = ['current', 'desired', 'ready'];
  const replicas: PlotSpec = {
    id: 'replicas',
    title: 'Replicas',
    notes: counts
      .filter(({ lane }) => keyed.includes(lane.role))
      .sort(byRank)
      .map(note),
    series: counts.toSorted(byOrder).map(series),
    unit: '',
    whole: true,
    height: 216,
  };
  return [
    replicas,
    ...metrics.map(({ metric, target }) => ({
      id: metric.lane.id,
      title: metric.lane.title,
      notes: metric.lane.latest ? [{ text: metric.lane.latest, stroke: null }] : [],
      series: (target ? [target, metric] : [metric]).map(series),
      unit: metric.lane.unit.length > 1 ? '' : metric.lane.unit,
      whole: false,
      height: 112,
    })),
  ];
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
  const stroke = (lane: Lane) => ({ draw: STROKES[lane.role].draw, ink: STROKES[lane.role].ink });
  const words = ({ lane, index }: Placed) =>
    value ? valueText(value(index), lane.unit) : lane.latest || '–';
  return [
    ...counts.toSorted(byRank).map((one) => ({
      id: one.lane.id,
      label: one.lane.title,
      value: words(one),
      stroke: stroke(one.lane),
    })),
    ...metrics.map(({ metric, target }) => {
      const goal = target && value ? value(target.index) : null;
      const of = goal === null ? '' : ` of ${valueText(goal, target?.lane.unit ?? '')}`;
      // A unit in words is said once: 14 of 20 messages.
      const bare = of !== '' && metric.lane.unit.length > 1;
      return {
        id: metric.lane.id,
        label: metric.lane.title,
        value: `${bare ? words({ ...metric, lane: { ...metric.lane, unit: '' } }) : words(metric)}${of}`,
        stroke: stroke(metric.lane),
      };
    }),
  ];
}

/** All readings as one sentence. */
export function sentence(at: string, list: readonly Reading[]): string {
  return `${at}: ${list.map(({ label, value }) => `${label} ${value}`).join(', ')}`;
}
