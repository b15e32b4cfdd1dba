// Writes rows into the DOM: only what changed, recycled elements, always in the order of the list.

import type { RowOut, Tone } from '../wire';
import type { ShownColumn } from './columns';

/** What decides how rows look, besides their cells. */
export interface Look {
  columns: readonly ShownColumn[];
  /** Columns whose cells carry a mark in front of the word. */
  marked: ReadonlySet<string>;
  activeKey: string | null;
  /** Prefix of row ids, unique in the page. */
  idPrefix: string;
  /** Where row `index` stands, in pixels. */
  top(index: number): number;
}

interface Mounted {
  element: HTMLElement;
  cells: { element: HTMLElement; text: Text; look: string; bricks: string }[];
  key: string;
  index: number;
  top: number;
  state: string;
}

/** One table's mounted rows. */
export class RowPainter {
  #rows: Mounted[] = [];
  #columns: readonly ShownColumn[] = [];
  #serial = 0;

  constructor(private readonly body: HTMLElement) {}

  /** Makes the DOM show `rows`, the first of which has index `from`; `pinned` stays mounted too. */
  paint(rows: readonly RowOut[], from: number, pinned: Pinned | null, look: Look): void {
    if (look.columns !== this.#columns) this.#reset(look.columns);
    const wanted = placed(rows, from, pinned);
    const byKey = new Map(this.#rows.map((mounted) => [mounted.key, mounted]));
    const kept = new Set<Mounted>();
    for (const { row } of wanted) {
      const mounted = byKey.get(row.key);
      if (mounted) kept.add(mounted);
    }
    const free = this.#rows.filter((mounted) => !kept.has(mounted));
    const freed = new Set<Node>(free.map((mounted) => mounted.element));
    const next: Mounted[] = [];
    let cursor: Node | null = this.body.firstChild;
    for (const { row, index } of wanted) {
      const known = byKey.get(row.key);
      const mounted = known && kept.delete(known) ? known : (free.pop() ?? this.#create(look));
      freed.delete(mounted.element);
      while (cursor && freed.has(cursor) && cursor !== mounted.element) cursor = cursor.nextSibling;
      if (cursor === mounted.element) cursor = cursor.nextSibling;
      else this.body.insertBefore(mounted.element, cursor);
      this.#write(mounted, row, index, look);
      next.push(mounted);
    }
    for (const mounted of free) mounted.element.remove();
    this.#rows = next;
  }

  /** Moves the rows that are there; for scaled scrolling. */
  place(top: (index: number) => number): void {
    for (const mounted of this.#rows) move(mounted, top(mounted.index));
  }

  /** Key of the row an event came from. */
  keyAt(target: EventTarget | null): string | null {
    const element = target instanceof Element ? target.closest('[role="row"]') : null;
    return this.#rows.find((mounted) => mounted.element === element)?.key ?? null;
  }

  /** Id of the mounted row with `key`, for aria-activedescendant. */
  idOf(key: string | null): string | null {
    return this.#rows.find((mounted) => mounted.key === key)?.element.id ?? null;
  }

  /** The mounted row with `key`. */
  elementOf(key: string): HTMLElement | null {
    return this.#rows.find((mounted) => mounted.key === key)?.element ?? null;
  }

  #reset(columns: readonly ShownColumn[]): void {
    this.#columns = columns;
    this.#rows = [];
    this.body.replaceChildren();
  }

  #create(look: Look): Mounted {
    const element = document.createElement('div');
    element.className = 'row';
    element.setAttribute('role', 'row');
    this.#serial += 1;
    element.id = `${look.idPrefix}-${this.#serial}`;
    const cells = look.columns.map(({ column }, place) => {
      const cell = document.createElement('div');
      cell.setAttribute('role', 'gridcell');
      cell.setAttribute('aria-colindex', String(place + 1));
      const text = document.createTextNode('');
      cell.append(text);
      element.append(cell);
      cell.dataset['column'] = column.id;
      return { element: cell, text, look: '', bricks: '' };
    });
    return { element, cells, key: '', index: -1, top: NaN, state: '' };
  }

  #write(mounted: Mounted, row: RowOut, index: number, look: Look): void {
    mounted.key = row.key;
    if (mounted.index !== index) {
      mounted.index = index;
      // The header is row 1.
      mounted.element.setAttribute('aria-rowindex', String(index + 2));
    }
    move(mounted, look.top(index));
    const selected = row.selected;
    const state = `row${row.key === look.activeKey ? ' active' : ''}${selected ? ' selected' : ''}`;
    if (mounted.state !== state) {
      mounted.state = state;
      mounted.element.className = state;
      mounted.element.setAttribute('aria-selected', String(selected));
    }
    for (const [place, shown] of look.columns.entries()) {
      const cell = mounted.cells[place];
      const value = row.cells[shown.cell];
      if (!cell) continue;
      const bricks = value?.bricks ?? [];
      const said = value?.text ?? '';
      const text = bricks.length > 0 ? '' : said;
      if (cell.text.data !== text) cell.text.data = text;
      const built = bricks.length > 0 ? `${bricks.join(' ')}|${said}` : '';
      if (cell.bricks !== built) {
        cell.bricks = built;
        lay(cell.element, cell.text, bricks, said);
      }
      const mark = look.marked.has(shown.column.id) && value?.tone !== 'plain' ? ' marked' : '';
      const cellLook = `cell ${shown.column.align} tone-${value?.tone ?? 'plain'}${mark}`;
      if (cell.look !== cellLook) {
        cell.look = cellLook;
        cell.element.className = cellLook;
      }
    }
  }
}

/** The active row while it is scrolled out of sight. */
export interface Pinned {
  row: RowOut;
  index: number;
}

/** Rows with their indices in rising order, the pinned one among them. */
export function placed(
  rows: readonly RowOut[],
  from: number,
  pinned: Pinned | null,
): { row: RowOut; index: number }[] {
  const all = rows.map((row, at) => ({ row, index: from + at }));
  if (!pinned || rows.some((row) => row.key === pinned.row.key)) return all;
  if (pinned.index < from) return [pinned, ...all];
  return pinned.index >= from + rows.length ? [...all, pinned] : all;
}

/** One brick a part, and what they say in words. */
function lay(cell: HTMLElement, text: Text, bricks: readonly Tone[], said: string): void {
  const parts = bricks.map((tone) => {
    const brick = document.createElement('span');
    brick.className = `brick tone-${tone}`;
    brick.setAttribute('aria-hidden', 'true');
    return brick;
  });
  cell.replaceChildren(text, ...parts);
  if (bricks.length > 0) {
    cell.setAttribute('aria-label', said);
    cell.title = said.replaceAll(', ', '\n');
  } else {
    cell.removeAttribute('aria-label');
    cell.removeAttribute('title');
  }
}

function move(mounted: Mounted, top: number): void {
  if (mounted.top === top) return;
  mounted.top = top;
  mounted.element.style.transform = `translateY(${top}px)`;
}
