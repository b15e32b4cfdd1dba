// Which columns a table shows and what it is sorted by.

import type { Column, SortBy, TableChoice } from '../wire';

/** Narrowest column in CSS pixels. */
export const MIN_WIDTH = 40;

/** Nothing chosen: the table's own columns, widths and order. */
export const NO_CHOICE: TableChoice = { widths: {}, shown: {}, order: [], sort: [] };

/** A shown column with its place among the cells of a row. */
export interface ShownColumn {
  column: Column;
  cell: number;
}

/** All columns in the chosen order; one that the choice does not know follows the one before it. */
export function ordered(columns: readonly Column[], order: readonly string[]): ShownColumn[] {
  const all = columns.map((column, cell) => ({ column, cell }));
  const placeOf = (id: string) => order.indexOf(id);
  const chosen = all
    .filter(({ column }) => placeOf(column.id) >= 0)
    .sort((a, b) => placeOf(a.column.id) - placeOf(b.column.id));
  for (const one of all) {
    if (placeOf(one.column.id) >= 0) continue;
    const before = all[one.cell - 1];
    const at = before ? chosen.indexOf(before) : -1;
    chosen.splice(at + 1, 0, one);
  }
  return chosen;
}

/** Whether a column is shown. */
export function isShown(column: Column, choice: TableChoice): boolean {
  return choice.shown[column.id] ?? !column.wide;
}

/** Shown columns in order. */
export function shownColumns(columns: readonly Column[], choice: TableChoice): ShownColumn[] {
  return ordered(columns, choice.order).filter(({ column }) => isShown(column, choice));
}

/** The order after the shown column `id` was brought to `place` among the shown ones. */
export function movedTo(
  columns: readonly Column[],
  choice: TableChoice,
  id: string,
  place: number,
): string[] {
  const all = ordered(columns, choice.order).map(({ column }) => column.id);
  const others = shownColumns(columns, choice)
    .map(({ column }) => column.id)
    .filter((one) => one !== id);
  const within = Math.max(0, Math.min(place, others.length));
  const rest = all.filter((one) => one !== id);
  const next = others[within];
  const last = others.at(-1);
  const at = next !== undefined ? rest.indexOf(next) : last ? rest.indexOf(last) + 1 : rest.length;
  return [...rest.slice(0, at), id, ...rest.slice(at)];
}

/**
 * Sorting after a click on `column`: ascending, descending, then the table's own order. `add` keeps
 * the other columns.
 */
export function toggledSort(sort: readonly SortBy[], column: string, add: boolean): SortBy[] {
  const at = sort.findIndex((by) => by.column === column);
  const now = sort[at];
  const next: SortBy | null = !now
    ? { column, descending: false }
    : now.descending
      ? null
      : { column, descending: true };
  if (!add) return next ? [next] : [];
  if (at < 0) return next ? [...sort, next] : [...sort];
  return sort.flatMap((by, place) => (place === at ? (next ? [next] : []) : [by]));
}

/** Value of `aria-sort`. */
export function ariaSort(
  sort: readonly SortBy[],
  column: string,
): 'ascending' | 'descending' | 'none' {
  const by = sort.find((one) => one.column === column);
  return by ? (by.descending ? 'descending' : 'ascending') : 'none';
}
