// YAML split into lines with coloured pieces. Only what the eye needs: keys, strings, comments.

/** What a piece of a line is. */
export type PieceKind = 'plain' | 'key' | 'string' | 'literal' | 'comment' | 'mark';

/** Text of one colour. */
export interface Piece {
  kind: PieceKind;
  text: string;
}

/** Lines longer than this keep one colour: a megabyte of base64 is not worth scanning. */
const LONGEST = 4000;

const KEY = /^(\s*(?:- )*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'[{&*!|>%@`][^\n]*?)(:)(?=\s|$)/;
const DASHES = /^(\s*(?:- )+|\s*-$)/;
const LITERAL = /^(?:true|false|null|~|[-+]?(?:\d[\d_]*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;
const BLOCK = /[|>][-+]?\d?$/;

/** Splits text into lines; the last empty one is dropped. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * For each line, whether it is text inside a block (`|` or `>`). One pass over the whole, so that
 * any window can be coloured alone.
 */
export function blockLines(lines: readonly string[]): Uint8Array {
  const inside = new Uint8Array(lines.length);
  let indent = -1;
  lines.forEach((line, index) => {
    const width = line.length - line.trimStart().length;
    if (indent >= 0) {
      if (line.trim() === '' || width > indent) {
        inside[index] = 1;
        return;
      }
      indent = -1;
    }
    if (line.length <= LONGEST && BLOCK.test(line) && /(?:^|[\s:-])[|>][-+]?\d?$/.test(line)) {
      indent = width;
    }
  });
  return inside;
}

/** The coloured pieces of one line; together they are the line. */
export function pieces(line: string, block: boolean): Piece[] {
  if (block) return [{ kind: 'string', text: line }];
  if (line.length > LONGEST) return [{ kind: 'plain', text: line }];
  if (line.trimStart().startsWith('#')) return [{ kind: 'comment', text: line }];
  const out: Piece[] = [];
  const push = (kind: PieceKind, text: string | undefined) => {
    if (text) out.push({ kind, text });
  };
  const key = KEY.exec(line);
  const dash = key ? null : DASHES.exec(line);
  push('mark', key?.[1] ?? dash?.[0]);
  push('key', key?.[2]);
  push('mark', key?.[3]);
  const rest = line.slice((key ?? dash)?.[0].length ?? 0);
  const comment = / #.*$/.exec(rest);
  const quoted = /^\s*["']/.test(rest);
  const value = comment && !quoted ? rest.slice(0, comment.index) : rest;
  push(valueKind(value.trim()), value);
  if (comment && !quoted) push('comment', comment[0]);
  return out;
}

function valueKind(value: string): PieceKind {
  if (value === '' || BLOCK.test(value)) return 'mark';
  if (LITERAL.test(value)) return 'literal';
  if (/^[[{]/.test(value)) return 'plain';
  return 'string';
}

/** Where a text occurs: line and first column, in order. Case does not matter. */
export interface Hit {
  line: number;
  column: number;
}

/** Lines without regard to case, made once: a large object is searched with every key. */
const LOWERED = new WeakMap<readonly string[], readonly string[]>();

function lowered(lines: readonly string[]): readonly string[] {
  const known = LOWERED.get(lines);
  if (known) return known;
  const made = lines.map((line) => line.toLowerCase());
  LOWERED.set(lines, made);
  return made;
}

/** All places of `needle` in the lines, at most `limit`. */
export function findAll(lines: readonly string[], needle: string, limit = 10_000): Hit[] {
  const wanted = needle.toLowerCase();
  const hits: Hit[] = [];
  if (!wanted) return hits;
  const texts = lowered(lines);
  for (let line = 0; line < texts.length; line += 1) {
    const text = texts[line] as string;
    for (
      let column = text.indexOf(wanted);
      column >= 0;
      column = text.indexOf(wanted, column + wanted.length)
    ) {
      hits.push({ line, column });
      if (hits.length === limit) return hits;
    }
  }
  return hits;
}

/** A piece cut where hits begin and end. */
export interface MarkedPiece extends Piece {
  hit: boolean;
}

/** Cuts pieces at the hits (columns of one line, each `length` long). */
export function markHits(
  parts: readonly Piece[],
  columns: readonly number[],
  length: number,
): MarkedPiece[] {
  const out: MarkedPiece[] = [];
  let start = 0;
  for (const { kind, text } of parts) {
    const end = start + text.length;
    let from = start;
    for (const column of columns) {
      const left = Math.max(column, from);
      const right = Math.min(column + length, end);
      if (right <= left) continue;
      if (left > from) out.push({ kind, text: text.slice(from - start, left - start), hit: false });
      out.push({ kind, text: text.slice(left - start, right - start), hit: true });
      from = right;
    }
    if (from < end) out.push({ kind, text: text.slice(from - start), hit: false });
    start = end;
  }
  return out;
}
