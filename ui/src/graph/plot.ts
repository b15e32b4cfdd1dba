// What a graph is made of, as its caller describes it.

/** How one series is drawn. */
export type Draw =
  /** Solid steps over a filled area. */
  | 'area'
  /** Solid steps. */
  | 'line'
  /** Thin solid steps. */
  | 'thin'
  /** Dashed steps. */
  | 'dashed'
  /** A dashed line across, named at the right edge. */
  | 'limit';

/** One series of a plot. */
export interface PlotSeries {
  /** Its index in the data. */
  index: number;
  label: string;
  draw: Draw;
  /** Name of a colour token: `--series-current`. */
  ink: string;
}

/** A line of text below a title, with the stroke it explains. */
export interface Note {
  text: string;
  stroke: { draw: Draw; ink: string } | null;
}

/** One plot of the stack. */
export interface PlotSpec {
  id: string;
  title: string;
  notes: Note[];
  /** Those drawn first lie below. */
  series: PlotSeries[];
  /** Appended to the axis' figures. */
  unit: string;
  /** Counts things: no fractions on the axis. */
  whole: boolean;
  /** Share of the height, in pixels at the least. */
  height: number;
}

/** An event on the time axis. */
export interface GraphFlag {
  /** Unix ms. */
  at: number;
  /** Short words beside the sign. */
  label: string;
  /** Everything about it. */
  text: string;
  tone: 'scaled' | 'info' | 'warning';
}

/** A stretch of time, Unix ms. */
export interface Span {
  from: number;
  to: number;
}

/** Left edge of all plots, in pixels: room for titles and figures. */
export const GUTTER = 160;

/** Room right of all plots, in pixels. */
export const MARGIN = 14;
