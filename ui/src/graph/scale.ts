// The range of a plot's upright axis.

/** Bottom and top of the axis, the top of the data, and whether the limit lies above it. */
export interface Range {
  bottom: number;
  top: number;
  /** The limit is so far above that showing it would flatten everything else. */
  beyond: boolean;
  /** There is something to measure. */
  known: boolean;
}

/** A limit up to this many times the data is shown at its height. */
const NEAR = 4;
/** What may leave the plot is shown at its height up to this many times all else. */
const NEAR_WISH = 3;
/** Room above all else where something leaves, for its value. */
const ROOM = 1.3;

/**
 * The range for data in `least..most` with lines to be kept in view up to `limit`, and something up to `wish` that may
 * leave it at the top. `whole` counts things: the axis then ends above a whole number.
 */
export function plotRange(
  data: { least: number; most: number } | null,
  limit: number | null,
  whole: boolean,
  wish: number | null = null,
): Range {
  const most = Math.max(data?.most ?? 0, whole ? 1 : 0);
  const beyond = limit !== null && limit > Math.max(most, wish ?? 0, 2) * NEAR;
  const high = limit !== null && !beyond ? Math.max(most, limit) : most;
  const leaves = wish !== null && wish > Math.max(high, 2) * NEAR_WISH;
  const shown = leaves ? Math.max(high, 2) * ROOM : Math.max(high, wish ?? 0);
  const top = shown > 0 ? shown * (leaves ? 1 : 1.1) : 1;
  return {
    bottom: Math.min(0, data?.least ?? 0),
    top,
    beyond,
    known: data !== null || limit !== null || wish !== null,
  };
}

/** A number as an axis or a readout shows it: three figures that matter, `12.5k` from 10,000 on. */
export function figure(value: number): string {
  const size = Math.abs(value);
  for (const [unit, sign] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= unit && (unit > 1e3 || size >= 1e4)) return `${short(value / unit)}${sign}`;
  }
  return short(value);
}

function short(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
