import { expect, it } from 'vitest';

import { clusterOf, shortcutOf, type GlobalPress } from './keys';

const cases: [string, Partial<GlobalPress> & { key: string }, string | null][] = [
  ['Ctrl+K', { key: 'k', ctrl: true }, 'palette'],
  ['Ctrl+K while typing', { key: 'k', ctrl: true, typing: true }, 'palette'],
  ['Ctrl+Shift+P', { key: 'P', ctrl: true, shift: true }, 'palette'],
  ['F1', { key: 'F1' }, 'palette'],
  ['Ctrl+B', { key: 'b', ctrl: true }, 'sidebar'],
  ['Ctrl+,', { key: ',', ctrl: true, typing: true }, 'settings'],
  ['/', { key: '/' }, 'filter'],
  ['/ while typing', { key: '/', typing: true }, null],
  ['Ctrl+F while typing', { key: 'f', ctrl: true, typing: true }, 'filter'],
  ['?', { key: '?', shift: true }, 'keys'],
  ['? while typing', { key: '?', shift: true, typing: true }, null],
  ['a letter', { key: 'k' }, null],
  ['Alt+/', { key: '/', alt: true }, null],
  ['Alt+←', { key: 'ArrowLeft', alt: true, typing: true }, 'back'],
  ['Alt+→', { key: 'ArrowRight', alt: true }, 'forward'],
  ['Ctrl+Alt+←', { key: 'ArrowLeft', alt: true, ctrl: true }, null],
  ['[', { key: '[' }, 'back'],
  [':', { key: ':', shift: true }, 'go'],
  [': while typing', { key: ':', shift: true, typing: true }, null],
  ['] while typing', { key: ']', typing: true }, null],
  ['0', { key: '0' }, 'allNamespaces'],
  ['AltGr+8 on a German keyboard', { key: '[', altGraph: true }, 'back'],
  ['the same, told as Ctrl+Alt', { key: '[', ctrl: true, alt: true, altGraph: true }, 'back'],
  ['the same without a word of AltGr', { key: ']', ctrl: true, alt: true }, 'forward'],
  ['Option+6 on a German keyboard', { key: ']', alt: true }, 'forward'],
  ['AltGr+8 while typing', { key: '[', altGraph: true, typing: true }, null],
  ['Option+5 while typing', { key: '[', alt: true, typing: true }, null],
  ['AltGr+←', { key: 'ArrowLeft', alt: true, altGraph: true }, null],
];

it.each(cases)('%s', (_, press, expected) => {
  const held = { ctrl: false, shift: false, alt: false, altGraph: false, typing: false };
  expect(shortcutOf({ ...held, ...press })).toBe(expected);
});

it.each([
  ['Ctrl+1', { key: '1', ctrl: true }, 1],
  ['Ctrl+9 while typing', { key: '9', ctrl: true, typing: true }, 9],
  ['Ctrl+0', { key: '0', ctrl: true }, null],
  ['1', { key: '1' }, null],
  ['Ctrl+Alt+1', { key: '1', ctrl: true, alt: true }, null],
])('%s goes to a cluster', (_, press, expected) => {
  const held = { ctrl: false, shift: false, alt: false, altGraph: false, typing: false };
  expect(clusterOf({ ...held, ...press })).toBe(expected);
});
