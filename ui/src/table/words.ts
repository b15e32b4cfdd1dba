// Words and figures around a table.

const grouped = new Intl.NumberFormat('en-US');

/** `10,000`, or `12 of 10,000` when some are filtered out. */
export function countWords(matched: number, total: number): string {
  return matched === total
    ? grouped.format(total)
    : `${grouped.format(matched)} of ${grouped.format(total)}`;
}

/** `3,500 of 10,000`, `3,500` when the end is unknown. */
export function progressWords(received: number, expected: number | null): string {
  return expected === null
    ? grouped.format(received)
    : `${grouped.format(received)} of ${grouped.format(expected)}`;
}

/** `in namespace shop`, `in 3 namespaces`, nothing for all. */
export function scopeWords(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return '';
  if (namespaces.length === 1) return ` in namespace ${namespaces[0]}`;
  return ` in ${namespaces.length} namespaces`;
}
