// What each plot of the stack shows, from the data of all.

import type { SeriesData } from './decode';
import type { Inks } from './inks';
import type { Draw, Foreseen, PlotSeries, PlotSpec } from './plot';
import { extent, plotPoints, type PlotPoints } from './sample';
import { plotRange, type Range } from './scale';

/** What a plot shows at one moment. */
export interface PlotFrame {
  points: PlotPoints;
  /** Values to be written beside the last series' steps, as long as the points; empty for none. */
  written: (number | null)[];
  /** What is foreseen of the last series, in order of time. */
  foreseen: readonly Foreseen[];
  /** Unix seconds. */
  from: number;
  /** Unix seconds. */
  to: number;
  /** The present, Unix seconds. */
  edge: number;
  inks: Inks;
}

/** Width and dashes of each way to draw. */
export const STROKES: Record<Draw, { width: number; dash: number[] }> = {
  area: { width: 2, dash: [] },
  line: { width: 1.5, dash: [] },
  thin: { width: 1, dash: [] },
  dashed: { width: 1.5, dash: [4, 3] },
  limit: { width: 1, dash: [5, 4] },
};

/** What all plots share. Times are Unix ms. */
export interface Shared {
  data: SeriesData;
  foreseen: readonly Foreseen[];
  from: number;
  to: number;
  edge: number;
  heldTo: number;
  inks: Inks;
}

/** A frame for each plot. */
export function framesOf(plots: readonly PlotSpec[], shared: Shared): PlotFrame[] {
  const { data, foreseen, from, to, edge, heldTo, inks } = shared;
  return plots.map((plot) => {
    const indices = plot.series.map(({ index }) => index);
    const limits = plot.series.filter(({ draw }) => draw === 'limit').map(({ index }) => index);
    const points = plotPoints(data, indices, heldTo / 1000, new Set(limits), to / 1000);
    const written =
      plot.written === null ? [] : plotPoints(data, [plot.written], heldTo / 1000).values;
    return {
      points,
      written: written[0] ?? [],
      foreseen: plot.main ? foreseen : [],
      from: from / 1000,
      to: to / 1000,
      edge: edge / 1000,
      inks,
    };
  });
}

/** The range the plot's upright axis has for this frame. */
export function frameRange(spec: PlotSpec, frame: PlotFrame): Range {
  const within = (kind: 'limit' | 'wish' | 'data') => {
    const rows = spec.series.flatMap((series, row) => (kindOf(series) === kind ? [row] : []));
    return extent(frame.points, rows, frame.from);
  };
  const [limit, wish, seen] = [within('limit'), within('wish'), within('data')];
  const ahead = frame.foreseen.filter((one) => one.earliest < frame.to * 1000);
  const next = Math.max(...ahead.map((one) => one.value));
  const data = seen && ahead.length ? { ...seen, most: Math.max(seen.most, next) } : seen;
  return plotRange(data, limit?.most ?? null, spec.whole, wish?.most ?? null);
}

const kindOf = ({ draw, mayLeave }: PlotSeries) =>
  mayLeave ? 'wish' : draw === 'limit' ? 'limit' : 'data';
