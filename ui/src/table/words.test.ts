import { expect, it } from 'vitest';

import { countWords, progressWords, scopeWords } from './words';

it.each([
  [10_000, 10_000, '10,000'],
  [12, 10_000, '12 of 10,000'],
  [0, 0, '0'],
])('%d of %d rows', (matched, total, expected) => {
  expect(countWords(matched, total)).toBe(expected);
});

it.each([
  [3500, 10_000, '3,500 of 10,000'],
  [3500, null, '3,500'],
])('%d received of %s', (received, expected, words) => {
  expect(progressWords(received, expected)).toBe(words);
});

it.each([
  [[], ''],
  [['shop'], ' in namespace shop'],
  [['shop', 'ml'], ' in 2 namespaces'],
])('scope %j', (namespaces, words) => {
  expect(scopeWords(namespaces)).toBe(words);
});
