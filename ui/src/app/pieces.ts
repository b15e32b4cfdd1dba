// A text cut where marked characters begin and end.

/** A piece of a text. */
export interface Piece {
  /** Characters before it. */
  at: number;
  text: string;
  marked: boolean;
}

/** The pieces of `text`, of which the characters at `marks` (rising) are marked. */
export function pieces(text: string, marks: readonly number[]): Piece[] {
  const marked = new Set(marks);
  const all: Piece[] = [];
  for (const [at, letter] of [...text].entries()) {
    const last = all.at(-1);
    if (last && last.marked === marked.has(at)) last.text += letter;
    else all.push({ at, text: letter, marked: marked.has(at) });
  }
  return all;
}
