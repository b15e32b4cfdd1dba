import { describe, expect, it } from 'vitest';

import { base64Of, csvOf, fileName, tsvOf } from './exports';

describe('csvOf', () => {
  it.each([
    ['plain', ['a', '1'], 'a,1\r\n'],
    ['quoted', ['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"\r\n'],
    ['a formula is text', ['=1+1', '@x', '+2', '-a'], "'=1+1,'@x,'+2,'-a\r\n"],
    ['a number is not', ['-1', '-0.5'], '-1,-0.5\r\n'],
  ])('%s', (_, row, text) => {
    expect(csvOf(row, [])).toBe(text);
  });
});

it('keeps a cell on its line in the clipboard', () => {
  expect(tsvOf(['a', 'b'], [['x\ty', 'z\n']])).toBe('a\tb\nx y\tz ');
});

it('names a file after the object, with no sign that a file system minds', () => {
  expect(fileName('a/b:c', 0, 'csv')).toMatch(/^a-b-c-19(69|70)-\d\d-\d\d-\d{4}\.csv$/);
});

it('writes bytes as base64, more than one call takes', () => {
  const bytes = new Uint8Array(100_000).map((_, index) => index % 251);
  const back = Uint8Array.from(atob(base64Of(bytes)), (sign) => sign.charCodeAt(0));
  expect(back).toEqual(bytes);
});
