import { expect, it } from 'vitest';

import { pieces } from './pieces';

it.each([
  ['kube-dns', [0, 5, 6, 7], '[k]ube-[dns]'],
  ['Pods', [], 'Pods'],
  ['Pods', [0, 1, 2, 3], '[Pods]'],
  ['naïve', [2, 3], 'na[ïv]e'],
  ['', [], ''],
])('%s %j', (text, marks, expected) => {
  const words = pieces(text, marks).map((one) => (one.marked ? `[${one.text}]` : one.text));
  expect(words.join('')).toBe(expected);
});
