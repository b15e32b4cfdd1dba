// What a key does to the graph.

/** A wish of the keyboard. Steps are pixels. */
export type Wish =
  | { type: 'step'; by: number }
  | { type: 'first' }
  | { type: 'live' }
  | { type: 'zoom'; factor: number }
  | { type: 'page'; by: number }
  | { type: 'table' };

/** Of a key press on the page; null for keys that mean something else. */
export function wishOf({
  key,
  shift,
  other,
}: {
  key: string;
  shift: boolean;
  /** Ctrl, Alt or the like is held. */
  other: boolean;
}): Wish | null {
  if (other) return null;
  const step = shift ? 10 : 1;
  switch (key) {
    case 'ArrowLeft':
      return { type: 'step', by: -step };
    case 'ArrowRight':
      return { type: 'step', by: step };
    case 'Home':
      return { type: 'first' };
    case 'End':
      return { type: 'live' };
    case '+':
    case '=':
      return { type: 'zoom', factor: 1 / 1.5 };
    case '-':
    case '−':
      return { type: 'zoom', factor: 1.5 };
    case 'PageUp':
      return { type: 'page', by: -0.5 };
    case 'PageDown':
      return { type: 'page', by: 0.5 };
    case 't':
      return { type: 'table' };
    default:
      return null;
  }
}
