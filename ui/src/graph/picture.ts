// The graph as a drawing that leaves the window: made from the same data as what is on screen, not from its pixels.

import { frameRange, framesOf, type Shared } from './frames';
import { drawBand, drawBars, drawFlags, drawPlot, drawSeen, drawWindows } from './picture-lanes';
import { filled } from './patterns';
import type { GraphBand, GraphFlag, LaneSpec, Span } from './plot';
import { GUTTER, MARGIN } from './plot';
import { type Drawing, line, type Shape, words } from './shapes';
import { timeTicks } from './ticks';
import { textWidth } from './words';

/** What is drawn. */
export interface PictureOf extends Shared {
  title: string;
  /** What it is of, and when. */
  subtitle: string;
  lanes: readonly LaneSpec[];
  bands: readonly GraphBand[];
  flags: readonly GraphFlag[];
  seen: readonly Span[];
  seenNote: string;
  /** Pixels, with the gutter. */
  width: number;
}

/** One lane's place. */
export interface Field {
  top: number;
  height: number;
  /** Edges of what is drawn, in pixels. */
  left: number;
  right: number;
  /** Of Unix ms. */
  x: (at: number) => number;
  ink: (token: string) => string;
}

const HEAD = 58;
const AXIS = 26;

/** Draws all of it. */
export function pictureOf(of: PictureOf): Drawing {
  const { from, to, edge, width, inks } = of;
  const [left, right] = [GUTTER, width - MARGIN];
  const x = (at: number) => left + ((at - from) / (to - from)) * (right - left);
  const ink = (token: string) => inks[token] ?? '#888';
  const shapes: Shape[] = [];
  let top = HEAD + AXIS;
  const lane = (height: number, draw: (field: Field) => Shape[]) => {
    shapes.push(...draw({ top, height, left, right, x, ink }));
    top += height;
    shapes.push(line(`M0 ${top - 0.5}H${width}`, ink('--line')));
  };

  const plots = of.lanes.filter((one) => one.type === 'plot');
  const frames = framesOf(plots, of);
  for (const spec of of.lanes) {
    if (spec.type === 'windows') lane(72, (field) => drawWindows(spec, field));
    else if (spec.type === 'bars') {
      const { shapes: drawn, height } = drawBars(spec, { top, height: 0, left, right, x, ink });
      lane(height, () => drawn);
    } else {
      const frame = frames[plots.indexOf(spec)];
      if (!frame) continue;
      lane(spec.height, (field) => [
        ...(spec.main ? drawBand(of.bands, field) : []),
        ...drawPlot(spec, frame, frameRange(spec, frame), field),
      ]);
    }
  }
  lane(66, (field) => drawFlags(of.flags, field));
  lane(58, (field) => drawSeen(of, field));

  const ticks = timeTicks(from, to, right - left);
  const under = ticks.map(({ at }) =>
    line(`M${Math.round(x(at)) + 0.5} ${HEAD + AXIS}V${top}`, ink('--grid')),
  );
  const times = ticks
    .filter(({ at }) => x(at) < right - 8)
    .map(({ at, label }) => words(x(at), HEAD + 17, label, ink('--dim'), { anchor: 'middle' }));
  const now =
    edge < to ? [line(`M${Math.round(x(edge)) + 0.5} ${HEAD + AXIS}V${top}`, ink('--cursor'))] : [];
  const head = [
    words(14, 26, of.title, ink('--text'), { size: 16, weight: 600 }),
    words(14, 45, of.subtitle, ink('--dim'), { size: 12 }),
  ];
  const legend = legendOf(of.bands, from, to, top, ink);
  return {
    title: `${of.title}, ${of.subtitle}`,
    width,
    height: top + (legend.length ? 30 : 0),
    ground: ink('--ground'),
    shapes: [...under, ...head, ...times, ...shapes, ...now, ...legend],
  };
}

/** What the fills mean, of those that are seen. */
function legendOf(
  bands: readonly GraphBand[],
  from: number,
  to: number,
  top: number,
  ink: (token: string) => string,
): Shape[] {
  const shown = bands.filter((band) => band.to > from && band.from < to);
  const names = [...new Map(shown.map((band) => [band.name, band])).values()];
  let x = GUTTER;
  return names.flatMap((band) => {
    const at = x;
    x += 40 + textWidth(band.name) + 12;
    return [
      ...filled(band.pattern, [at, top + 9, 24, 12], ink(band.ink), ink(`${band.ink}-wash`)),
      words(at + 30, top + 19, band.name, ink('--dim')),
    ];
  });
}
