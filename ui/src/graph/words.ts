// Words in the graph's small print: how wide they are, where they may be broken.

let context: CanvasRenderingContext2D | null | undefined;

/** Width of `text` in pixels at 11 px. */
export function textWidth(text: string): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 6.2;
  context.font = '11px "Inter Variable", system-ui, sans-serif';
  return context.measureText(text).width;
}

/** A name in the pieces between which a line may break: after `_`, `-`, `.`, `/` and `:`, but in no time of day. */
export function breakable(name: string): string[] {
  return name.match(/(?:\d\d:\d\d|[^-_./:])+[-_./:]*|[-_./:]+/g) ?? [];
}
