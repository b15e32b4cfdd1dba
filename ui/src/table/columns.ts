// Which columns a table shows and what it is sorted by.

import type { Column, SortBy } from '../wire';

/** Narrowest column in CSS pixels. */
export const MIN_WIDTH = 40;

/** What the user changed about a table's columns. */
export interface ColumnChoice {
  /** Widths in CSS pixels by column id. */
  widths: Readonly<Record<string, number>>;
  /** Shown or not, against the column's own default. */
  shown: Readonly<Record<string, boolean>>;
}

/** A shown column with its place among the cells of a row. */
export interface ShownColumn {
  column: Column;
  cell: number;
}

/** Shown columns in order. */
export function shownColumns(columns: readonly Column[], choice: ColumnChoice): ShownColumn[] {
  return columns
    .map((column, cell) => ({ column, cell }))
    .filter(({ column }) => choice.shown[column.id] ?? !column.wide);
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
