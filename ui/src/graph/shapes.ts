// A drawing as data: made once, written as SVG or painted on a canvas.

/** A line or an area. */
export interface PathShape {
  type: 'path';
  /** As in SVG. */
  d: string;
  stroke: string | null;
  fill: string | null;
  width: number;
  dash: readonly number[];
  opacity: number;
}

/** Words. */
export interface TextShape {
  type: 'text';
  x: number;
  /** Of the line the letters stand on. */
  y: number;
  text: string;
  ink: string;
  size: number;
  weight: number;
  anchor: 'start' | 'middle' | 'end';
}

export type Shape = PathShape | TextShape;

/** A drawing; the first shapes lie below. Sizes in pixels. */
export interface Drawing {
  title: string;
  width: number;
  height: number;
  ground: string;
  shapes: Shape[];
}

/** Font of all words; a reader without it takes its own. */
const FONT = 'Inter Variable, Inter, system-ui, sans-serif';

const round = (value: number) => Number(value.toFixed(2));

/** Takes steps as SVG takes them. */
export class TextPen {
  d = '';
  moveTo(x: number, y: number): void {
    this.d += `M${round(x)} ${round(y)}`;
  }
  lineTo(x: number, y: number): void {
    this.d += `L${round(x)} ${round(y)}`;
  }
}

/** A rectangle as a path. */
export function box(x: number, y: number, width: number, height: number): string {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

/** A stroke. */
export function line(d: string, stroke: string, over: Partial<PathShape> = {}): PathShape {
  return { type: 'path', d, stroke, fill: null, width: 1, dash: [], opacity: 1, ...over };
}

/** An area. */
export function area(d: string, fill: string, over: Partial<PathShape> = {}): PathShape {
  return { type: 'path', d, stroke: null, fill, width: 1, dash: [], opacity: 1, ...over };
}

/** Words that begin at `x`. */
export function words(
  x: number,
  y: number,
  text: string,
  ink: string,
  over: Partial<TextShape> = {},
): TextShape {
  return { type: 'text', x, y, text, ink, size: 11, weight: 400, anchor: 'start', ...over };
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it stands in XML. What XML has no place for is left out. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? '');
}

function element(shape: Shape, ground: string): string {
  if (shape.type === 'path') {
    const dash = shape.dash.length ? ` stroke-dasharray="${shape.dash.join(' ')}"` : '';
    const stroke = shape.stroke
      ? ` stroke="${escaped(shape.stroke)}" stroke-width="${shape.width}"${dash}`
      : '';
    const opacity = shape.opacity < 1 ? ` opacity="${shape.opacity}"` : '';
    return `<path d="${shape.d}" fill="${escaped(shape.fill ?? 'none')}"${stroke}${opacity}/>`;
  }
  const { x, y, anchor, size, weight, ink, text } = shape;
  const rim = ` stroke="${escaped(ground)}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${escaped(ink)}"${rim}>${escaped(text)}</text>`;
}

/** The drawing as an SVG file. */
export function svgOf({ title, width, height, ground, shapes }: Drawing): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONT}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<path d="${box(0, 0, width, height)}" fill="${escaped(ground)}"/>`,
    ...shapes.map((shape) => element(shape, ground)),
    '</svg>',
    '',
  ].join('\n');
}

/** Paints the drawing, `ratio` pixels for one of its own. */
export function paint(ctx: CanvasRenderingContext2D, drawing: Drawing, ratio: number): void {
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.fillStyle = drawing.ground;
  ctx.fillRect(0, 0, drawing.width, drawing.height);
  ctx.lineJoin = 'round';
  for (const shape of drawing.shapes) {
    if (shape.type === 'path') {
      const path = new Path2D(shape.d);
      ctx.globalAlpha = shape.opacity;
      if (shape.fill) {
        ctx.fillStyle = shape.fill;
        ctx.fill(path);
      }
      if (shape.stroke) {
        ctx.strokeStyle = shape.stroke;
        ctx.lineWidth = shape.width;
        ctx.setLineDash([...shape.dash]);
        ctx.stroke(path);
      }
      ctx.globalAlpha = 1;
      continue;
    }
    ctx.font = `${shape.weight} ${shape.size}px ${FONT}`;
    ctx.textAlign = shape.anchor === 'middle' ? 'center' : shape.anchor;
    ctx.setLineDash([]);
    ctx.lineWidth = 3;
    ctx.strokeStyle = drawing.ground;
    ctx.strokeText(shape.text, shape.x, shape.y);
    ctx.fillStyle = shape.ink;
    ctx.fillText(shape.text, shape.x, shape.y);
  }
}
