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
  /** It may leave the plot at its top, where it would flatten all else; its value is then written there. */
  mayLeave?: true;
}

/** A line of text below a title, with the stroke it explains. */
export interface Note {
  text: string;
  stroke: { draw: Draw; ink: string } | null;
}

/** One plot of the stack. */
export interface PlotSpec {
  type: 'plot';
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
  /** Index in the data of the series whose values are written beside the last series' steps; null for none. */
  written: number | null;
  /** Whether bands and what is foreseen are drawn in it. */
  main: boolean;
}

/** How a band is filled: each can be told from the others without colour. */
export type Pattern = 'wash' | 'hatch' | 'back' | 'dots' | 'bars' | 'cross' | 'edge';

/** A stretch of time with words in it, drawn behind the main plot. */
export interface GraphBand {
  from: number;
  to: number;
  /** Its end is not known. */
  open: boolean;
  label: string;
  /** What is filled this way. */
  name: string;
  pattern: Pattern;
  /** Name of a colour token; `-wash` behind it names the ground's. */
  ink: string;
  /** Everything about it. */
  text: string;
}

/** A stretch of time in a lane of windows. */
export interface GraphWindow extends Span {
  label: string;
  /** Everything about it. */
  text: string;
}

/** A lane of stretches of time. */
export interface WindowsSpec {
  type: 'windows';
  id: string;
  title: string;
  notes: Note[];
  windows: GraphWindow[];
  /** What is written between them; may be empty. */
  outside: string;
}

/** A piece of a bar. */
export interface BarPiece extends Span {
  /** Index among the lane's looks. */
  look: number;
  /** Everything about it. */
  text: string;
}

/** How a kind of piece looks; the height tells it without colour. */
export interface BarLook {
  label: string;
  ink: string;
  fill: 'full' | 'half' | 'hollow' | 'hatch';
}

/** A lane of things that come and go. */
export interface BarsSpec {
  type: 'bars';
  id: string;
  title: string;
  looks: BarLook[];
  bars: { name: string; pieces: BarPiece[] }[];
  /** How many are not drawn. */
  more: number;
}

/** One lane of the stack. */
export type LaneSpec = PlotSpec | WindowsSpec | BarsSpec;

/** A value that is foreseen. */
export interface Foreseen {
  /** The earliest it can come, Unix ms. */
  earliest: number;
  /** The latest, Unix ms. */
  latest: number;
  value: number;
}

/** An event on the time axis. */
export interface GraphFlag {
  /** Unix ms. */
  at: number;
  /** Short words beside the sign. */
  label: string;
  /** Everything about it. */
  text: string;
  tone: 'scaled' | 'edited' | 'info' | 'warning';
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

/** Room above and below what a plot draws, in pixels. */
export const PAD = 10;
