// Each lane of the stack as shapes.

import { placeLabels } from './bands';
import { beyondTop } from './beyond';
import { GROUP_WIDTH, layoutFlags } from './flags';
import { type PlotFrame, STROKES } from './frames';
import { foreseenSteps } from './foreseen';
import { filled } from './patterns';
import type { Field } from './picture';
import {
  type BarLook,
  type BarsSpec,
  type GraphBand,
  type GraphFlag,
  type Note,
  PAD,
  type PlotSpec,
  type Span,
  type WindowsSpec,
} from './plot';
import { packRows, pitchOf } from './rows';
import { figure, type Range } from './scale';
import { area, box, line, type Shape, TextPen, words } from './shapes';
import { drawSteps } from './steps';
import { textWidth } from './words';
import { writtenSteps } from './written';

function titled(title: string, notes: readonly Note[], { top, ink }: Field): Shape[] {
  return [
    words(14, top + 22, title, ink('--text'), { size: 12.5, weight: 600 }),
    ...notes.flatMap(({ text, stroke }, index) => {
      const y = top + 38 + index * 15;
      if (!stroke) return [words(14, y, text, ink('--dim'))];
      const { width, dash } = STROKES[stroke.draw];
      return [
        line(`M14 ${y - 4}h14`, ink(stroke.ink), { width, dash }),
        words(34, y, text, ink('--dim')),
      ];
    }),
  ];
}

/** Bands, behind the main plot. */
export function drawBand(bands: readonly GraphBand[], field: Field): Shape[] {
  const { top, height, left, right, x, ink } = field;
  const shown = bands
    .map((band) => ({
      band,
      left: x(band.from),
      right: band.open ? right : x(band.to),
      width: textWidth(band.label) * 1.06 + 2,
    }))
    .filter((one) => one.right > left && one.left < right);
  const places = placeLabels(shown, left, right, 3);
  const fills = shown.flatMap(({ band, left: from, right: to }) => {
    const begin = Math.max(left, from);
    const width = Math.max(1, Math.min(right, to) - begin);
    const [ground, wash] = [ink(band.ink), ink(`${band.ink}-wash`)];
    const fill = filled(band.pattern, [begin, top + PAD, width, height - 2 * PAD], ground, wash);
    if (band.open || to > right) return fill;
    const end = `M${(begin + width).toFixed(1)} ${top + PAD}V${top + height - PAD}`;
    return [...fill, line(end, ground, { dash: [3, 3] })];
  });
  const labels = shown.flatMap(({ band }, index) => {
    const place = places[index];
    if (!place) return [];
    const y = top + PAD + (height - 2 * PAD) * 0.1 + 15 + place.row * 15;
    return [words(place.x, y, band.label, ink(band.ink), { weight: 600 })];
  });
  return [...fills, ...labels];
}

/** A plot with its axis, lines, what is foreseen and the names of its limits. */
export function drawPlot(spec: PlotSpec, frame: PlotFrame, range: Range, field: Field): Shape[] {
  const { top, height, left, right, ink } = field;
  const [high, low] = [top + PAD, top + height - PAD];
  // What leaves the plot goes along its top.
  const y = (value: number) =>
    low - ((Math.min(value, range.top) - range.bottom) / (range.top - range.bottom)) * (low - high);
  const x = (seconds: number) => Math.max(left, Math.min(right, field.x(seconds * 1000)));
  const axis = range.known
    ? marksOf(range, Math.max(1, Math.floor((low - high) / 34)), spec.whole).flatMap((value) => [
        line(`M${left} ${Math.round(y(value)) + 0.5}H${right}`, ink('--grid')),
        words(left - 8, y(value) + 4, `${figure(value)}${spec.unit}`, ink('--dim'), {
          anchor: 'end',
        }),
      ])
    : [];
  const { times } = frame.points;
  const lines = spec.series.flatMap((series, row): Shape[] => {
    const [stroke, fill] = [new TextPen(), new TextPen()];
    const values = frame.points.values[row] ?? [];
    drawSteps(values, (at) => x(times[at] ?? 0), y, y(0), stroke, fill);
    if (!stroke.d) return [];
    const { width, dash } = STROKES[series.draw];
    const drawn = line(stroke.d, ink(series.ink), { width, dash });
    const below = series.draw === 'area' ? [area(fill.d, ink(`${series.ink}-area`))] : [];
    const last = values.findLast((one) => one !== null);
    const named =
      series.draw === 'limit' && last !== null && last !== undefined && last <= range.top
        ? [
            words(right - 6, y(last) - 4, `${series.label} ${figure(last)}${spec.unit}`, ink('--dim'), { anchor: 'end' }), // prettier-ignore
          ]
        : [];
    const leaves = series.mayLeave
      ? beyondTop(times, values, range.top, x, [left, right]).map(({ x: at, value }) =>
          words(at, high + 9, `asks ${figure(value)} ↑`, ink(series.ink), {
            weight: 600,
            anchor: 'middle',
          }),
        )
      : [];
    return [...below, drawn, ...named, ...leaves];
  });
  return [
    ...titled(spec.title, spec.notes, field),
    ...axis,
    ...lines,
    ...ahead(spec, frame, x, y, field),
    ...beside(spec, frame, x, y, field),
  ];
}

function ahead(
  spec: PlotSpec,
  frame: PlotFrame,
  x: (seconds: number) => number,
  y: (value: number) => number,
  { right, ink }: Field,
): Shape[] {
  const steps = spec.main ? foreseenSteps(frame, spec.series.length - 1) : [];
  const last = steps.at(-1);
  if (!last) return [];
  const pen = new TextPen();
  steps.forEach((step, index) => {
    if (index === 0) pen.moveTo(x(step.from), y(step.value));
    else pen.lineTo(x(step.from), y(step.value));
    pen.lineTo(x(step.to), y(step.value));
  });
  const stroke = ink(spec.series.at(-1)?.ink ?? '');
  const middle = (x(last.from) + right) / 2;
  return [
    line(pen.d, stroke, { width: 2, dash: [2, 4] }),
    ...(right - x(last.from) > 56
      ? [words(middle, y(last.value) - 6, 'forecast', ink('--dim'), { anchor: 'middle' })]
      : []),
  ];
}

function beside(
  spec: PlotSpec,
  frame: PlotFrame,
  x: (seconds: number) => number,
  y: (value: number) => number,
  { left, right, ink }: Field,
): Shape[] {
  const measured = frame.points.values.at(-1);
  if (!measured || frame.written.length === 0) return [];
  const list = writtenSteps(frame.points.times, frame.written, measured, x, left, right);
  const widest = Math.max(...list.map((one) => one.width));
  const named = widest >= 60 ? list.findLast((one) => one.width === widest) : null;
  return list.map((one) =>
    words(
      one.x,
      y(one.height) - 6,
      one === named ? `asks ${figure(one.value)}` : figure(one.value),
      ink(spec.series.at(-1)?.ink ?? ''),
      { weight: 600, anchor: 'middle' },
    ),
  );
}

/** Round values of the axis, at most so many. */
function marksOf({ bottom, top }: Range, most: number, whole: boolean): number[] {
  const least = (top - bottom) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((one) => one >= least) ?? least;
  const by = whole ? Math.max(1, Math.round(step)) : step;
  const marks: number[] = [];
  for (let value = Math.ceil(bottom / by) * by; value <= top; value += by) {
    marks.push(Number(value.toPrecision(10)));
  }
  return marks;
}

/** Windows of a schedule. */
export function drawWindows(spec: WindowsSpec, field: Field): Shape[] {
  const { top, left, right, x, ink } = field;
  return [
    ...titled(spec.title, spec.notes, field),
    ...spec.windows
      .filter(({ from, to }) => x(to) > left && x(from) < right)
      .flatMap(({ from, to, label }) => {
        const begin = Math.max(left, x(from));
        const width = Math.max(2, Math.min(right, x(to)) - begin);
        const shape = area(box(begin, top + 20, width, 31), ink('--window-ground'), {
          stroke: ink('--window'),
        });
        const said = words(begin + 10, top + 40, label, ink('--window'), { weight: 600 });
        return textWidth(label) + 16 < width ? [shape, said] : [shape];
      }),
  ];
}

function barOf({ fill, ink }: BarLook, x: number, y: number, w: number, h: number, of: Field) {
  const colour = of.ink(ink);
  const whole = box(x, y, w, h);
  switch (fill) {
    case 'full':
      return [area(whole, colour)];
    case 'half':
      return [line(whole, colour), area(box(x, y + h * 0.45, w, h * 0.55), colour)];
    case 'hollow':
      return [line(whole, colour)];
    case 'hatch':
      return [...filled('hatch', [x, y, w, h], colour, null), line(whole, colour)];
  }
}

/** Things that come and go, and how high they are together. */
export function drawBars(spec: BarsSpec, field: Field): { shapes: Shape[]; height: number } {
  const { top, left, right, x, ink } = field;
  const shown = spec.bars.filter(
    ({ pieces }) => x(pieces.at(-1)?.to ?? 0) > left && x(pieces[0]?.from ?? 0) < right,
  );
  const spans: Span[] = shown.map(({ pieces }) => ({
    from: x(pieces[0]?.from ?? 0),
    to: x(pieces.at(-1)?.to ?? 0),
  }));
  const rows = packRows(spans, 6);
  const pitch = pitchOf(rows.length ? Math.max(...rows) + 1 : 0);
  const thick = Math.max(4, Math.min(12, pitch - 4));
  const used = spec.looks.filter((_, look) =>
    shown.some(({ pieces }) => pieces.some((piece) => piece.look === look)),
  );
  const legend = used.flatMap((look, index) => [
    ...barOf(look, 14, top + 30 + index * 14, 9, 9, field),
    words(30, top + 38 + index * 14, look.label, ink('--dim')),
  ]);
  const more = spec.more
    ? [words(14, top + 38 + used.length * 14, `and ${spec.more} more`, ink('--dim'))]
    : [];
  const drawn = shown.flatMap(({ pieces }, index) =>
    pieces.flatMap((piece) => {
      const look = spec.looks[piece.look];
      const begin = Math.max(left, x(piece.from));
      const end = Math.min(right, x(piece.to));
      if (!look || end <= left || begin >= right) return [];
      const y = top + 12 + (rows[index] ?? 0) * pitch;
      return barOf(look, begin, y, Math.max(1.5, end - begin), thick, field);
    }),
  );
  const count = rows.length ? Math.max(...rows) + 1 : 0;
  const least = 34 + (used.length + (spec.more ? 1 : 0)) * 14 + 8;
  return {
    shapes: [...titled(spec.title, [], field), ...legend, ...more, ...drawn],
    height: Math.max(least, 24 + count * pitch),
  };
}

const TONES = {
  scaled: '--series-current',
  warning: '--warn',
  edited: '--text',
  info: '--dim',
} as const;

/** Told apart without colour, as on screen. */
const SIGNS = {
  scaled: (x: number, y: number) => `M${x.toFixed(1)} ${y}h9l-2 4l2 4h-9z`,
  warning: (x: number, y: number) => `M${(x + 5).toFixed(1)} ${y}l5 9h-10z`,
  edited: (x: number, y: number) =>
    `M${(x + 4.5).toFixed(1)} ${y - 0.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`,
  info: (x: number, y: number) =>
    `M${(x + 1).toFixed(1)} ${y + 4.5}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z`,
};

/** Events and edits. */
export function drawFlags(flags: readonly GraphFlag[], field: Field): Shape[] {
  const { top, left, right, x, ink } = field;
  const shown = flags.filter(({ at }) => x(at) >= left && x(at) <= right);
  const placed = layoutFlags(
    shown.map(({ at, label }) => ({ x: x(at), width: 18 + textWidth(label), before: 0 })),
    3,
  );
  return [
    ...titled('Events', [{ text: 'and edits', stroke: null }], field),
    ...placed.flatMap((flag) => {
      const first = shown[flag.members[0] ?? 0];
      if (!first) return [];
      const y = top + 6 + flag.row * 17;
      const late = flag.x + GROUP_WIDTH > right;
      const text = flag.members.length > 1 ? `×${flag.members.length}` : first.label;
      const colour = ink(TONES[first.tone]);
      return [
        line(`M${flag.x.toFixed(1)} ${y}V${top + 60}`, colour, { opacity: 0.7 }),
        area(SIGNS[first.tone](flag.x, y), colour),
        words(flag.x + (late ? -4 : 13), y + 9, text, ink('--dim'), {
          anchor: late ? 'end' : 'start',
        }),
      ];
    }),
  ];
}

/** What was watched, and what was not. */
export function drawSeen(
  of: { seen: readonly Span[]; seenNote: string; from: number; edge: number },
  field: Field,
): Shape[] {
  const { top, left, right, x, ink } = field;
  const end = Math.min(right, x(of.edge));
  return [
    ...titled('Was seen', [], field),
    ...filled('hatch', [left, top + 15, Math.max(0, end - left), 8], ink('--dim'), null),
    ...of.seen.flatMap(({ from, to }) => {
      const begin = Math.max(left, x(from));
      const width = Math.min(end, x(to)) - begin;
      return width > 0 ? [area(box(begin, top + 15, width, 8), ink('--seen'))] : [];
    }),
    words(left, top + 40, of.seenNote, ink('--dim')),
  ];
}
