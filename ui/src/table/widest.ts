// The widest cell of each column among the rows seen so far.

import type { RowOut } from '../wire';
import type { ShownColumn } from './columns';

/** Measures text in CSS pixels. */
export type Measure = (text: string) => number;

/** Distinct texts remembered for a column; past that they are measured again. */
const REMEMBERED = 512;

/** Width of a brick with the gap behind it, in CSS pixels. */
const BRICK = 11;

interface Held {
  width: number;
  length: number;
  known: Set<string>;
}

/** Widths only grow, so that columns stand still while rows come and go. */
export class Widest {
  readonly #held = new Map<string, Held>();

  constructor(private readonly measure: Measure) {}

  /** Takes rows into account; answers whether a column became wider. */
  read(rows: readonly RowOut[], columns: readonly ShownColumn[]): boolean {
    let grew = false;
    for (const { column, cell } of columns) {
      const held = this.#of(column.id);
      const before = held.width;
      for (const row of rows) {
        const { text, bricks } = row.cells[cell] ?? { text: '' };
        if (bricks) held.width = Math.max(held.width, bricks.length * BRICK);
        else this.#take(held, text);
      }
      grew ||= held.width > before;
    }
    return grew;
  }

  /** Null before any text was seen. */
  of(column: string): number | null {
    return this.#held.get(column)?.width || null;
  }

  #take(held: Held, text: string): void {
    // Far shorter text is not wider.
    if (text.length * 2 < held.length || text === '') return;
    // Figures are about as wide as a zero; in columns of figures they are.
    const shape = text.replace(/\d/g, '0');
    if (held.known.has(shape)) return;
    if (held.known.size >= REMEMBERED) held.known.clear();
    held.known.add(shape);
    held.length = Math.max(held.length, shape.length);
    held.width = Math.max(held.width, this.measure(shape));
  }

  #of(column: string): Held {
    const found = this.#held.get(column);
    if (found) return found;
    const made: Held = { width: 0, length: 0, known: new Set() };
    this.#held.set(column, made);
    return made;
  }
}

/** Measures as `element` draws its text, with another weight and size if told. */
export function measureLike(element: Element, weight?: number, size?: string): Measure {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return (text) => text.length * 7;
  const style = getComputedStyle(element);
  context.font = `${weight ?? style.fontWeight} ${size ?? style.fontSize} ${style.fontFamily}`;
  return (text) => context.measureText(text).width;
}
