import { describe, expect, it } from 'vitest';

import type { Column, RowOut } from '../wire';
import { Widest } from './widest';
import { fit, levelsOf, type Content, type Levels } from './widths';

const column = (id: string, width: number, more: Partial<Column> = {}): Column => ({
  id,
  title: id,
  align: 'start',
  width,
  wide: false,
  ...more,
});
const content = (widest: number | null, more: Partial<Content> = {}): Content => ({
  heading: 60,
  widest,
  marked: false,
  chosen: undefined,
  ...more,
});

describe('levels of a column', () => {
  const text = column('name', 200);
  const figure = column('cpu', 72, { align: 'end' });
  const cases: [string, Column, Content, number[]][] = [
    ['text gives way to a floor', text, content(400), [120, 250, 400, 200]],
    ['short text does not', text, content(90), [90, 90, 90, 200]],
    ['a heading is never cut', text, content(20), [60, 60, 60, 200]],
    ['before there are cells', text, content(null), [120, 200, 200, 200]],
    ['the state is cut last', text, content(190, { marked: true }), [190, 190, 190, 200]],
    ['endless text has an end', text, content(9000), [120, 250, 900, 200]],
    ['figures are never cut', figure, content(130), [130, 130, 130, 0]],
    ['the user knows best', text, content(400, { chosen: 77 }), [77, 77, 77, 0]],
  ];
  it.each(cases)('%s', (_, of, held, [floor, easy, full, grow]) => {
    expect(levelsOf(of, held)).toEqual({ floor, easy, full, grow });
  });
});

describe('fitting', () => {
  const firm = (width: number): Levels => ({ floor: width, easy: width, full: width, grow: 0 });
  const text: Levels = { floor: 120, easy: 200, full: 400, grow: 300 };
  const cases: [string, Levels[], number, number[]][] = [
    ['spare room goes to text', [text, firm(100)], 700, [600, 100]],
    ['all of it fits', [text, firm(100)], 500, [400, 100]],
    ['between full and easy', [text, firm(100)], 400, [300, 100]],
    ['the widest is cut first', [{ ...text, easy: 150 }, text, firm(100)], 420, [150, 170, 100]],
    ['those that began wide stay wider', [text, { ...text, grow: 200 }], 350, [200, 150]],
    ['between easy and floor', [text, text, firm(100)], 420, [160, 160, 100]],
    ['nothing fits: easy, sideways', [text, firm(100)], 150, [200, 100]],
    ['sideways, narrower text', [{ ...text, grow: 200 }, firm(300)], 150, [160, 300]],
    ['sideways, no text too wide', [{ ...text, easy: 390, grow: 400 }], 90, [240]],
    ['only firm ones leave room', [firm(100)], 150, [100]],
    ['none', [], 150, []],
  ];
  it.each(cases)('%s', (_, levels, available, widths) => {
    expect(fit(levels, available)).toEqual(widths);
  });
});

describe('the widest cell', () => {
  const columns = [{ column: column('name', 100), cell: 0 }];
  const row = (text: string): RowOut => ({
    key: text,
    kind: '',
    namespace: '',
    name: text,
    cells: [{ text, tone: 'plain' }],
    selected: false,
  });

  it('only grows, and measures a shape of text once', () => {
    const measured: string[] = [];
    const widest = new Widest((text) => {
      measured.push(text);
      return text.length * 10;
    });
    expect(widest.of('name')).toBeNull();
    expect(widest.read([row('web-1'), row('web-2'), row('')], columns)).toBe(true);
    expect(widest.read([row('web-3'), row('w')], columns)).toBe(false);
    expect(widest.of('name')).toBe(50);
    expect(widest.read([row('checkout')], columns)).toBe(true);
    expect(widest.of('name')).toBe(80);
    expect(measured).toEqual(['web-0', 'checkout']);
  });
});
