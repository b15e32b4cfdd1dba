// Every key of the window, for the overlay and the shortcuts that work everywhere.

/** One line of the overlay. */
export interface KeyHelp {
  keys: string[];
  does: string;
}

/** Keys by where they work. */
export const KEYS: { title: string; keys: KeyHelp[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      { keys: ['Ctrl K', 'F1'], does: 'Go to a kind, object, context; run a command' },
      { keys: [':'], does: 'Go to a kind by its short name, then namespaces' },
      { keys: ['/', 'Ctrl F'], does: 'Filter the table or the contexts' },
      { keys: ['Alt ←', '['], does: 'Back to where you were' },
      { keys: ['Alt →', ']'], does: 'Forward again' },
      { keys: ['0'], does: 'All namespaces' },
      { keys: ['Ctrl 1', '… 9'], does: 'Go to an open cluster' },
      { keys: ['Ctrl B'], does: 'Show or hide the sidebar' },
      { keys: ['Ctrl ,'], does: 'Settings' },
      { keys: ['?'], does: 'These keys' },
      { keys: ['Esc'], does: 'Clear the filter, close the drawer' },
    ],
  },
  {
    title: 'On the start page',
    keys: [
      { keys: ['↑ ↓', 'Home', 'End'], does: 'Choose a context' },
      { keys: ['Enter'], does: 'Connect it, or go to it' },
      { keys: ['Ctrl V'], does: 'Open pasted text' },
      { keys: ['Esc'], does: 'Clear the filter, stop connecting' },
    ],
  },
  {
    title: 'On a row',
    keys: [
      { keys: ['↑ ↓', 'j k'], does: 'Next or previous row' },
      { keys: ['PgUp', 'PgDn'], does: 'A page up or down' },
      { keys: ['Home', 'End', 'g', 'G'], does: 'First or last row' },
      { keys: ['Enter', 'd'], does: 'Details' },
      { keys: ['y'], does: 'YAML' },
      { keys: ['l'], does: 'Logs of a pod' },
      { keys: ['x'], does: 'Relations as a picture' },
      { keys: ['Space'], does: 'Select the row, or no more' },
      { keys: ['Shift ↑ ↓'], does: 'Select a range' },
      { keys: ['Ctrl A'], does: 'Select every row of the table' },
      { keys: ['c', 'Ctrl C'], does: 'Copy the name, or the selected names' },
      { keys: ['n'], does: 'Copy the namespace' },
      { keys: ['Ctrl Shift C', 'Menu'], does: 'Copy as YAML, CSV, kubectl command…' },
      { keys: ['Ctrl W'], does: 'Show or hide wide columns' },
      { keys: ['Shift A N S P'], does: 'Sort by age, name, status, namespace' },
      { keys: ['Shift R T C M O'], does: 'Sort by ready, restarts, CPU, memory, node' },
      { keys: ['Esc'], does: 'Select nothing, clear the filter, close the drawer' },
    ],
  },
  {
    title: 'In the picture of relations',
    keys: [
      { keys: ['← → ↑ ↓', 'h j k l'], does: 'The nearest object that way' },
      { keys: ['Enter'], does: 'Details' },
      { keys: ['+', '−'], does: 'Larger or smaller' },
      { keys: ['0'], does: 'All of it' },
      { keys: ['Home'], does: 'The object in question' },
    ],
  },
  {
    title: 'On the scaling page',
    keys: [
      { keys: ['← →'], does: 'Look a moment earlier or later; with Shift ten' },
      { keys: ['Home', 'End'], does: 'The earliest shown, the present' },
      { keys: ['+', '−'], does: 'Less or more time; also the wheel' },
      { keys: ['PgUp', 'PgDn'], does: 'Half of the shown time back or on; also by dragging' },
      { keys: ['t'], does: 'Everything that is drawn, as a table' },
      { keys: ['Esc'], does: 'Back to the present, then to all autoscalers' },
    ],
  },
  {
    title: 'On the demo cluster’s time',
    keys: [
      { keys: ['← →'], does: 'Five minutes back or on' },
      { keys: ['PgUp', 'PgDn'], does: 'An hour on or back' },
      { keys: ['Home', 'End'], does: 'The beginning of its day, the present' },
    ],
  },
  {
    title: 'On a column heading',
    keys: [
      { keys: ['Enter'], does: 'Sort; with Shift add to the order' },
      { keys: ['← →'], does: 'Next or previous column' },
      { keys: ['Shift ← →'], does: 'Narrower or wider' },
      { keys: ['Ctrl ← →'], does: 'Move the column' },
    ],
  },
];

/** A shortcut that works wherever the keyboard is. */
export type Shortcut =
  | 'palette'
  | 'go'
  | 'sidebar'
  | 'settings'
  | 'filter'
  | 'keys'
  | 'back'
  | 'forward'
  | 'allNamespaces';

/** A key press, with whether the user is typing text. */
export interface GlobalPress {
  key: string;
  ctrl: boolean;
  shift: boolean;
  alt: boolean;
  /** AltGr is held: what it makes is a character like any other, though systems tell Ctrl or Alt with it. */
  altGraph: boolean;
  typing: boolean;
}

/** Characters that some keyboards make with AltGr or Option, which may be told as Alt, or Ctrl and Alt. */
const MADE_WITH_ALT = new Set(['[', ']']);

/** The place of the open cluster that a key press goes to, from 1. */
export function clusterOf({ key, ctrl, shift, alt, altGraph }: GlobalPress): number | null {
  return ctrl && !shift && !alt && !altGraph && /^[1-9]$/u.test(key) ? Number(key) : null;
}

/** The shortcut of a key press; single characters only work while nothing is typed into. */
export function shortcutOf(press: GlobalPress): Shortcut | null {
  const { key, ctrl, shift, alt, typing } = press;
  if (press.altGraph || (alt && MADE_WITH_ALT.has(key))) {
    return typing || key.length > 1 ? null : characterOf(key);
  }
  if (alt) {
    if (ctrl || shift) return null;
    return key === 'ArrowLeft' ? 'back' : key === 'ArrowRight' ? 'forward' : null;
  }
  const letter = key.toLowerCase();
  if (key === 'F1') return 'palette';
  if (ctrl) {
    if (letter === 'k' && !shift) return 'palette';
    if (letter === 'p' && shift) return 'palette';
    if (letter === 'b' && !shift) return 'sidebar';
    if (letter === 'f' && !shift) return 'filter';
    if (key === ',' && !shift) return 'settings';
    return null;
  }
  return typing ? null : characterOf(key);
}

function characterOf(key: string): Shortcut | null {
  switch (key) {
    case ':':
      return 'go';
    case '/':
      return 'filter';
    case '?':
      return 'keys';
    case '[':
      return 'back';
    case ']':
      return 'forward';
    case '0':
      return 'allNamespaces';
    default:
      return null;
  }
}
