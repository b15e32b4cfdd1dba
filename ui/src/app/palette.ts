// What the palette offers, and which of it fits what was typed.

/** One line of the palette. */
export interface PaletteItem {
  id: string;
  /** `Pods` */
  title: string;
  /** `kind`, `namespace`, `command`: shown at the right. */
  sort: string;
  /** Other words that find it: short names, the group. */
  also: readonly string[];
  /** Why it leads nowhere; empty otherwise. */
  lack?: string;
  run: () => void;
}

/** How well `item` fits `typed`: the lower the better, `null` for not at all. */
export function fit(item: PaletteItem, typed: string): number | null {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return 0;
  const title = item.title.toLowerCase();
  if (title === wanted || item.also.includes(wanted)) return 0;
  if (title.startsWith(wanted)) return 1;
  if (title.includes(wanted)) return 2;
  if (item.also.some((word) => word.startsWith(wanted))) return 3;
  return isSubsequence(wanted, title) ? 4 : null;
}

/** The best `limit` items, the best first, else in their order. */
export function found(items: readonly PaletteItem[], typed: string, limit: number): PaletteItem[] {
  return items
    .flatMap((item, at) => {
      const score = fit(item, typed);
      return score === null ? [] : [{ item, score, at }];
    })
    .sort((a, b) => a.score - b.score || a.at - b.at)
    .slice(0, limit)
    .map(({ item }) => item);
}

function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const letter of long) {
    if (letter === short[at]) at += 1;
  }
  return at === short.length;
}
