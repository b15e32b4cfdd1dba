import { describe, expect, it } from 'vitest';

import { inkOf, plainText } from './ink';

describe('inkOf', () => {
  it.each([
    ['', false, '', ''],
    ['', true, 'bold', ''],
    ['0', false, 'ansi0', ''],
    ['15', true, 'ansi15 bold', ''],
    ['16', false, '', ''],
    ['#a0B1c2', true, 'bold', '#a0B1c2'],
    ['red;position:fixed', false, '', ''],
  ])('%s bold %s', (color, bold, name, own) => {
    expect(inkOf(color, bold)).toEqual({ name, color: own });
  });
});

describe('plainText', () => {
  const lines = [
    { at: '14:03:12.123', spans: [{ text: 'one ' }, { text: 'two' }] },
    { at: '', spans: [] },
  ];
  it('joins spans and lines', () => {
    expect(plainText(lines, false)).toBe('one two\n');
    expect(plainText(lines, true)).toBe('14:03:12.123 one two\n');
  });
});
