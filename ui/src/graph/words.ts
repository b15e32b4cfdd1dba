// How wide words are in the graph's small print.

let context: CanvasRenderingContext2D | null | undefined;

/** Width of `text` in pixels at 11 px. */
export function textWidth(text: string): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 6.2;
  context.font = '11px "Inter Variable", system-ui, sans-serif';
  return context.measureText(text).width;
}
