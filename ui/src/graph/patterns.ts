// The fills of bands as lines, for a drawing that leaves the window.

import type { Pattern } from './plot';
import { area, box, line, type Shape } from './shapes';

/** Pixels from one line of a hatch to the next. */
const STEP = 7;

/** Lines across a box, rising to the right when `rising`. */
function hatch(x: number, y: number, width: number, height: number, rising: boolean): string {
  let d = '';
  for (let t = -height; t < width; t += STEP) {
    const [from, to] = [Math.max(t, 0), Math.min(t + height, width)];
    if (to <= from) continue;
    const at = (along: number) => (rising ? height - (along - t) : along - t);
    d += `M${(x + from).toFixed(1)} ${(y + at(from)).toFixed(1)}`;
    d += `L${(x + to).toFixed(1)} ${(y + at(to)).toFixed(1)}`;
  }
  return d;
}

function dots(x: number, y: number, width: number, height: number): string {
  let d = '';
  for (let down = STEP / 2; down < height; down += STEP) {
    for (let along = STEP / 2; along < width; along += STEP) {
      d += box(x + along, y + down, 1.2, 1.2);
    }
  }
  return d;
}

function bars(x: number, y: number, width: number, height: number): string {
  let d = '';
  for (let along = 1; along < width; along += STEP) {
    d += `M${(x + along).toFixed(1)} ${y}v${height}`;
  }
  return d;
}

/** A box filled with a pattern in `ink` on `wash`, if there is one. */
export function filled(
  pattern: Pattern,
  [x, y, width, height]: readonly [number, number, number, number],
  ink: string,
  wash: string | null,
): Shape[] {
  const ground = wash === null ? [] : [area(box(x, y, width, height), wash)];
  const thin = { opacity: 0.3 };
  switch (pattern) {
    case 'wash':
      return ground;
    case 'hatch':
      return [...ground, line(hatch(x, y, width, height, true), ink, thin)];
    case 'back':
      return [...ground, line(hatch(x, y, width, height, false), ink, thin)];
    case 'cross': {
      const both = hatch(x, y, width, height, true) + hatch(x, y, width, height, false);
      return [...ground, line(both, ink, thin)];
    }
    case 'bars':
      return [...ground, line(bars(x, y, width, height), ink, thin)];
    case 'dots':
      return [...ground, area(dots(x, y, width, height), ink, { opacity: 0.45 })];
    case 'edge':
      return [...ground, area(box(x, y, width, Math.min(3, height)), ink)];
  }
}
