// The keyboard's model of a list: which row is active, and where a key moves it.

/** The active row: by key while it lives, by place when it is gone. */
export interface Active {
  index: number;
  key: string | null;
  /** Whether places mean something else than when it was chosen: then it is known by its key alone. */
  moved?: boolean;
}

/** What a key means in the list. */
export type Move = 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last';

/** A key press without the DOM. */
export interface Press {
  key: string;
  ctrl: boolean;
  shift: boolean;
  alt: boolean;
}

/** The movement a key asks for; `null` when it is not one. */
export function moveOf({ key, ctrl, alt }: Press): Move | null {
  if (alt) return null;
  switch (key) {
    case 'ArrowUp':
      return ctrl ? 'first' : 'up';
    case 'ArrowDown':
      return ctrl ? 'last' : 'down';
    case 'g':
      return ctrl ? null : 'first';
    case 'G':
      return ctrl ? null : 'last';
    case 'k':
      return ctrl ? null : 'up';
    case 'j':
      return ctrl ? null : 'down';
    case 'PageUp':
      return 'pageUp';
    case 'PageDown':
      return 'pageDown';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    default:
      return null;
  }
}

/** Index after `move` in a list of `total` rows, `page` of them on screen; -1 when it is empty. */
export function moved(index: number, move: Move, total: number, page: number): number {
  const last = total - 1;
  const within = (wanted: number) => Math.max(Math.min(0, last), Math.min(wanted, last));
  switch (move) {
    case 'up':
      return within(index - 1);
    case 'down':
      return within(index + 1);
    case 'pageUp':
      return within(index - page);
    case 'pageDown':
      return within(index + page);
    case 'first':
      return within(0);
    case 'last':
      return last;
  }
}

/**
 * The active row after fresh rows arrived: it follows its key, else stays at its place, if that is
 * a place among the same rows.
 */
export function followed(
  active: Active,
  rows: readonly { key: string }[],
  from: number,
  total: number,
): Active {
  if (active.index < 0) return active;
  if (active.key !== null) {
    const at = rows.findIndex((row) => row.key === active.key);
    if (at >= 0) return { ...active, index: from + at };
  }
  if (active.moved) return { index: -1, key: null };
  const index = Math.min(active.index, total - 1);
  if (index < 0) return { index: -1, key: null };
  const here = rows[index - from];
  return { index, key: here ? here.key : active.key };
}
