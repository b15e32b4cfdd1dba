// Letters that sort a table, as in k9s.

import type { Column } from '../../wire';

/** Columns by letter, typed with Shift. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  A: ['age', 'last-seen'],
  N: ['name'],
  S: ['status', 'phase'],
  P: ['namespace'],
  R: ['ready'],
  T: ['restarts'],
  C: ['cpu'],
  M: ['memory'],
  O: ['node'],
};

/** The column that a capital letter sorts by, where the table has it. */
export function sortKeyColumn(key: string, columns: readonly Column[]): string | undefined {
  return LETTERS[key]?.find((id) => columns.some((column) => column.id === id));
}
