// Which stretch of time the graph shows: one that ends at the present and moves with it, or one that stands still.

/** What is shown. `live` ends at the present; `still` begins at `from`, Unix ms. Ranges are ms without the future. */
export type Viewport =
  { type: 'live'; range: number } | { type: 'still'; from: number; range: number };

/** Room right of the present, as a share of the range: what is foreseen is drawn there. */
export const AHEAD = 0.12;

const MINUTE = 60_000;
const SHORTEST = MINUTE;
const LONGEST = 7 * 24 * 60 * MINUTE;
/** Nearer to the present than this share of the range is at the present. */
const NEAR = 0.01;

/** Left and right edge, Unix ms, when the present is `edge`. */
export function edgesOf(view: Viewport, edge: number): { from: number; to: number } {
  const from = view.type === 'live' ? edge - view.range : view.from;
  return { from, to: from + view.range * (1 + AHEAD) };
}

/** Shown `factor` times as long, with the time `at` staying where it is; at the present it stays live. */
export function zoomed(
  view: Viewport,
  edge: number,
  known: number,
  factor: number,
  at: number,
): Viewport {
  const range = Math.min(LONGEST, Math.max(SHORTEST, view.range * factor));
  if (view.type === 'live' && at >= edge - view.range * NEAR) return { type: 'live', range };
  const { from } = edgesOf(view, edge);
  return settled(at - ((at - from) / view.range) * range, range, edge, known);
}

/** Moved on by `by` ms; back where it is less than nothing. */
export function panned(view: Viewport, edge: number, known: number, by: number): Viewport {
  return settled(edgesOf(view, edge).from + by, view.range, edge, known);
}

/** Never beyond the present, and never wholly before what is `known`. */
function settled(from: number, range: number, edge: number, known: number): Viewport {
  if (from + range >= edge - range * NEAR) return { type: 'live', range };
  const earliest = Math.min(edge - range, known - range / 2);
  return { type: 'still', from: Math.max(from, earliest), range };
}
