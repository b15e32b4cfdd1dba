// What is drawn over a plot's lines: what is foreseen, and values written beside steps.

import { beyondTop } from './beyond';
import { foreseenSteps } from './foreseen';
import type { Inks } from './inks';
import type { PlotSpec } from './plot';
import { figure } from './scale';
import type { PlotFrame } from './frames';
import { writtenSteps } from './written';

/** A canvas with the places of times and values on it, in canvas pixels. */
export interface Over {
  ctx: CanvasRenderingContext2D;
  /** Canvas pixels a CSS pixel. */
  ratio: number;
  /** Of Unix seconds. */
  x: (time: number) => number;
  y: (value: number) => number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  inks: Inks;
  font: string;
}

/** Draws what is foreseen, dotted, with the span in which each change may come. */
export function drawForeseen(over: Over, spec: PlotSpec, frame: PlotFrame): void {
  const steps = spec.main ? foreseenSteps(frame, spec.series.length - 1) : [];
  if (!steps.length) return;
  const { ctx, ratio, x, y, right } = over;
  const ink = over.inks[spec.series.at(-1)?.ink ?? ''] ?? '';
  ctx.save();
  ctx.beginPath();
  ctx.rect(over.left, over.top - ratio, over.right - over.left, over.bottom - over.top + 2 * ratio);
  ctx.clip();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = 2 * ratio;
  ctx.setLineDash([2 * ratio, 4 * ratio]);
  ctx.beginPath();
  steps.forEach((step, index) => {
    const at = Math.min(right, x(step.from));
    if (index === 0) ctx.moveTo(at, y(step.value));
    else ctx.lineTo(at, y(step.value));
    ctx.lineTo(Math.min(right, x(step.to)), y(step.value));
  });
  ctx.stroke();
  ctx.globalAlpha = 0.16;
  steps.forEach((step, index) => {
    const next = steps[index + 1];
    if (!next || step.latest <= step.to) return;
    const [high, low] = [y(Math.max(step.value, next.value)), y(Math.min(step.value, next.value))];
    ctx.fillRect(x(step.to), high, Math.max(ratio, x(step.latest) - x(step.to)), low - high);
  });
  ctx.restore();
  const last = steps.at(-1);
  if (!last || right - x(last.from) < 56 * ratio) return;
  words(over, 'forecast', (x(last.from) + right) / 2, y(last.value) - 6 * ratio, '--dim', 400);
}

/** Writes values beside the steps of the last series; the widest step says what they are. */
export function drawWritten(over: Over, spec: PlotSpec, frame: PlotFrame): void {
  const line = frame.points.values.at(-1);
  if (!line || frame.written.length === 0) return;
  const list = writtenSteps(
    frame.points.times,
    frame.written,
    line,
    over.x,
    over.left,
    over.right,
  ).filter((one) => one.width >= 16 * over.ratio);
  const widest = Math.max(...list.map((one) => one.width));
  const named = widest >= 60 * over.ratio ? list.findLast((one) => one.width === widest) : null;
  for (const one of list) {
    const text = one === named ? `asks ${figure(one.value)}` : figure(one.value);
    const top = Math.max(over.top + 9 * over.ratio, over.y(one.height) - 6 * over.ratio);
    words(over, text, one.x, top, spec.series.at(-1)?.ink ?? '--dim', 600);
  }
}

/** Writes the value of what leaves the plot, at its top. */
export function drawBeyond(over: Over, spec: PlotSpec, frame: PlotFrame, top: number): void {
  spec.series.forEach(({ mayLeave, ink }, row) => {
    const values = frame.points.values[row];
    if (!mayLeave || !values) return;
    const places = [over.left, over.right] as const;
    const list = beyondTop(frame.points.times, values, top, over.x, places, 52 * over.ratio);
    const room = 34 * over.ratio;
    for (const { x, value } of list) {
      const at = Math.max(over.left + room, Math.min(over.right - room, x));
      words(over, `asks ${figure(value)} ↑`, at, over.top + 9 * over.ratio, ink, 600);
    }
  });
}

/** A rim of the ground keeps words readable where they cross a line. */
function words(over: Over, text: string, x: number, y: number, ink: string, weight: number): void {
  const { ctx, ratio } = over;
  ctx.save();
  ctx.font = `${weight} ${over.font.replace('11px', `${11 * ratio}px`)}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'alphabetic';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3 * ratio;
  ctx.strokeStyle = over.inks['--ground'] ?? '';
  ctx.fillStyle = over.inks[ink] ?? '';
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
  ctx.restore();
}
