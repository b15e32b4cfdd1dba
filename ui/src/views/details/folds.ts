// Folding YAML by its indent: which lines belong to a line, and which are left when some are folded.

/** For each line the last one that belongs to it (itself if none does), and the line it belongs to (-1: none). */
export interface Folds {
  end: Int32Array;
  parent: Int32Array;
}

/** A list stands at the indent of its key, as kubectl writes it, and still belongs to it. */
function depth(line: string): number {
  const text = line.trimStart();
  const indent = line.length - text.length;
  return indent * 2 + (text === '-' || text.startsWith('- ') ? 1 : 0);
}

/** The folds of these lines; `blocks` says which are text inside a block. */
export function foldsOf(lines: readonly string[], blocks: Uint8Array): Folds {
  const end = new Int32Array(lines.length);
  const parent = new Int32Array(lines.length).fill(-1);
  const open: { line: number; depth: number }[] = [];
  const close = (last: number) => {
    const top = open.pop();
    if (top) end[top.line] = last;
  };
  lines.forEach((line, index) => {
    end[index] = index;
    const inside = blocks[index] === 1 || line.trim() === '';
    if (!inside) {
      const own = depth(line);
      while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= own) close(index - 1);
      parent[index] = open.at(-1)?.line ?? -1;
      open.push({ line: index, depth: own });
    } else {
      parent[index] = open.at(-1)?.line ?? -1;
    }
  });
  while (open.length > 0) close(lines.length - 1);
  return { end, parent };
}

/** Numbers of the lines that are left when these are folded, in order. */
export function visibleLines(end: Int32Array, folded: ReadonlySet<number>): Int32Array {
  const out = new Int32Array(end.length);
  let count = 0;
  for (let line = 0; line < end.length; line += 1) {
    out[count] = line;
    count += 1;
    if (folded.has(line)) line = end[line] ?? line;
  }
  return out.subarray(0, count);
}

/** The place of `line` among `visible`, or of the nearest visible line before it. */
export function placeOf(visible: Int32Array, line: number): number {
  let low = 0;
  let high = visible.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((visible[middle] ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What a line is called however far it moves: itself below all that it belongs to. */
export function pathOf(lines: readonly string[], parent: Int32Array, line: number): string {
  const names: string[] = [];
  for (let at = line; at >= 0; at = parent[at] ?? -1) names.unshift((lines[at] ?? '').trim());
  return names.join('\n');
}

/** The lines folded before, found again in changed text. */
export function carryOver(
  paths: ReadonlySet<string>,
  lines: readonly string[],
  { end, parent }: Folds,
): Set<number> {
  const found = new Set<number>();
  if (paths.size === 0) return found;
  end.forEach((last, line) => {
    if (last > line && paths.has(pathOf(lines, parent, line))) found.add(line);
  });
  return found;
}

/** Without the folds that hide `line`. */
export function opened(
  folded: ReadonlySet<number>,
  parent: Int32Array,
  line: number,
): ReadonlySet<number> {
  const left = new Set(folded);
  for (let at = parent[line] ?? -1; at >= 0; at = parent[at] ?? -1) left.delete(at);
  return left;
}

/** With `line` folded if it was not, and the other way round. */
export function toggled(folded: ReadonlySet<number>, line: number): ReadonlySet<number> {
  const left = new Set(folded);
  if (!left.delete(line)) left.add(line);
  return left;
}
