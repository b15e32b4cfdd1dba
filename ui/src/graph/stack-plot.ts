// One plot of the stack on uPlot: options from a description, drawn in the theme's colours.

import uPlot from 'uplot';

import { frameRange, type PlotFrame, STROKES } from './frames';
import { drawBeyond, drawForeseen, drawWritten, type Over } from './over';
import { GUTTER, MARGIN, PAD, type PlotSeries, type PlotSpec } from './plot';
import { figure, type Range } from './scale';
import { drawSteps } from './steps';

const FONT = '11px "Inter Variable", system-ui, sans-serif';

/** uPlot's own steps draw half of the jump at the end of a gap. */
const STEPS: uPlot.Series.PathBuilder = (plot, row) => {
  const times = plot.data[0];
  const stroke = new Path2D();
  const fill = plot.series[row]?.fill ? new Path2D() : null;
  drawSteps(
    Array.from(plot.data[row] ?? []),
    (index) => plot.valToPos(times[index] ?? 0, 'x', true),
    (value) => plot.valToPos(value, 'y', true),
    plot.valToPos(0, 'y', true),
    stroke,
    fill,
  );
  return { stroke, fill };
};

/** A plot in `target`; `show` gives it a new frame. */
export class StackPlot {
  readonly #plot: uPlot;
  #frame: PlotFrame;
  #range: Range;

  constructor(
    target: HTMLElement,
    private readonly spec: PlotSpec,
    frame: PlotFrame,
    width: number,
    height: number,
  ) {
    this.#frame = frame;
    this.#range = frameRange(spec, frame);
    this.#plot = new uPlot(this.#options(width, height), this.#data(), target);
  }

  /** Draws another frame at this size. */
  show(frame: PlotFrame, width: number, height: number): void {
    this.#frame = frame;
    this.#range = frameRange(this.spec, frame);
    this.#plot.batch(() => {
      if (width !== this.#plot.width || height !== this.#plot.height) {
        this.#plot.setSize({ width, height });
      }
      this.#plot.setData(this.#data(), true);
    });
  }

  /** Takes it out of the page. */
  destroy(): void {
    this.#plot.destroy();
  }

  #data(): uPlot.AlignedData {
    const { points, from, to } = this.#frame;
    // Without a point uPlot draws no axes; an unseen hour still has them.
    if (points.times.length === 0) return [[from, to], ...points.values.map(() => [null, null])];
    return [points.times, ...points.values];
  }

  #options(width: number, height: number): uPlot.Options {
    return {
      width,
      height,
      padding: [PAD, MARGIN, PAD, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: () => [this.#frame.from, this.#frame.to] },
        y: { range: () => [this.#range.bottom, this.#range.top] },
      },
      // The lines of time run through the whole stack and are drawn behind it.
      axes: [{ show: false }, this.#axis()],
      series: [{}, ...this.spec.series.map((series) => this.#series(series))],
      hooks: { draw: [(plot) => this.#over(plot)] },
    };
  }

  #axis(): uPlot.Axis {
    return {
      size: GUTTER,
      gap: 8,
      font: FONT,
      space: this.spec.whole ? 40 : 30,
      incrs: roundSteps(this.spec.whole ? 0 : -4),
      stroke: () => this.#frame.inks['--dim'] ?? '',
      ticks: { show: false },
      grid: { stroke: () => this.#gridInk(), width: 1 },
      values: (_, splits) => this.#figures(splits),
    };
  }

  /** Lines without figures would measure nothing. */
  #gridInk(): string {
    return this.#range.known ? (this.#frame.inks['--grid'] ?? '') : 'transparent';
  }

  /** An axis without a value to measure has no figures. */
  #figures(splits: number[]): string[] {
    return splits.map((value) => (this.#range.known ? `${figure(value)}${this.spec.unit}` : ''));
  }

  #series({ draw, ink, label }: PlotSeries): uPlot.Series {
    const stroke = () => this.#frame.inks[ink] ?? '';
    return {
      label,
      stroke,
      ...STROKES[draw],
      paths: STEPS,
      ...(draw === 'area'
        ? { fill: () => this.#frame.inks[`${ink}-area`] ?? '', fillTo: () => 0 }
        : {}),
      points: { show: false },
      spanGaps: false,
    };
  }

  #over(plot: uPlot): void {
    const over: Over = {
      ctx: plot.ctx,
      ratio: uPlot.pxRatio,
      x: (time) => plot.valToPos(time, 'x', true),
      y: (value) => plot.valToPos(value, 'y', true),
      left: plot.bbox.left,
      right: plot.bbox.left + plot.bbox.width,
      top: plot.bbox.top,
      bottom: plot.bbox.top + plot.bbox.height,
      inks: this.#frame.inks,
      font: FONT,
    };
    drawForeseen(over, this.spec, this.#frame);
    drawWritten(over, this.spec, this.#frame);
    drawBeyond(over, this.spec, this.#frame, this.#range.top);
    this.#nameLimits(plot);
  }

  /** Writes each limit's name and value at its right end; above its line where there is room. */
  #nameLimits(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    const taken: number[] = [];
    const end = this.#frame.points.times.at(-1) ?? this.#frame.to;
    const right = plot.valToPos(Math.min(end, this.#frame.to), 'x', true) - 6 * ratio;
    ctx.save();
    ctx.font = FONT.replace('11px', `${11 * ratio}px`);
    ctx.textAlign = 'right';
    ctx.textBaseline = 'alphabetic';
    ctx.lineJoin = 'round';
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = this.#frame.inks['--ground'] ?? '';
    this.spec.series.forEach((series, row) => {
      const value = this.#frame.points.values[row]?.findLast((one) => one !== null);
      if (series.draw !== 'limit' || value === null || value === undefined) return;
      const hidden = value > this.#range.top;
      const line = hidden ? bbox.top : plot.valToPos(value, 'y', true);
      const above = hidden ? line + 12 * ratio : line - 4 * ratio;
      const below = line + 13 * ratio;
      const collides = taken.some((other) => Math.abs(other - above) < 12 * ratio);
      const bottom = collides ? below : Math.max(above, bbox.top + 9 * ratio);
      taken.push(bottom);
      ctx.fillStyle = this.#frame.inks[hidden ? '--dim' : ink(series)] ?? '';
      const words = `${series.label} ${figure(value)}${this.spec.unit}${hidden ? ' ↑' : ''}`;
      // A rim of the ground keeps words readable where they cross a line.
      ctx.strokeText(words, right, bottom);
      ctx.fillText(words, right, bottom);
    });
    ctx.restore();
  }
}

/** Names are read, so they take the text's colour unless the line's is as strong. */
function ink(series: PlotSeries): string {
  return series.ink === '--series-limit' ? '--dim' : series.ink;
}

/** Steps of an axis: 1, 2 and 5 times each power of ten from `least` on. */
function roundSteps(least: number): number[] {
  const powers = Array.from({ length: 16 }, (_, index) => least + index);
  return powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
}
