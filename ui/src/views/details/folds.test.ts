import { describe, expect, it } from 'vitest';

import { carryOver, foldsOf, opened, pathOf, placeOf, toggled, visibleLines } from './folds';
import { blockLines, splitLines } from './yaml-lines';

const TEXT = `kind: Pod
metadata:
  labels:
    app: web
  name: x
spec:
  containers:
  - name: a
    args:
    - one
    script: |
      first: line

      - second
  - name: b
tail: 1
`;
const lines = splitLines(TEXT);
const folds = foldsOf(lines, blockLines(lines));
const left = (...folded: number[]) => [...visibleLines(folds.end, new Set(folded))];

describe('folds', () => {
  it.each([
    [0, 0],
    [1, 4],
    [2, 3],
    [5, 14],
    [6, 14],
    [7, 13],
    [8, 9],
    [10, 13],
    [15, 15],
  ])('line %i reaches to %i', (line, last) => {
    expect(folds.end[line]).toBe(last);
  });

  it('leaves what is not folded', () => {
    expect(left(1, 7)).toEqual([0, 1, 5, 6, 7, 14, 15]);
    expect(left(5, 7)).toEqual([0, 1, 2, 3, 4, 5, 15]);
    expect(left()).toHaveLength(16);
  });

  it('finds places', () => {
    const visible = visibleLines(folds.end, new Set([1]));
    expect(placeOf(visible, 5)).toBe(2);
    expect(placeOf(visible, 3)).toBe(1);
    expect(placeOf(new Int32Array(), 3)).toBe(0);
  });

  it('opens what a line lies in, and toggles', () => {
    expect([...opened(new Set([1, 5, 7]), folds.parent, 9)]).toEqual([1]);
    expect([...toggled(new Set([1]), 5)]).toEqual([1, 5]);
    expect([...toggled(new Set([1]), 1)]).toEqual([]);
  });

  it('carries folds over to changed text', () => {
    const path = pathOf(lines, folds.parent, 7);
    expect(path).toBe('spec:\ncontainers:\n- name: a');
    const changed = splitLines(TEXT.replace('kind: Pod\n', 'apiVersion: v1\nkind: Pod\n'));
    const again = foldsOf(changed, blockLines(changed));
    expect([...carryOver(new Set([path]), changed, again)]).toEqual([8]);
  });

  it('is quick on 200,000 lines', () => {
    const many = Array.from({ length: 200_000 }, (_, n) => `${' '.repeat((n % 20) * 2)}key${n}: 1`);
    const began = performance.now();
    foldsOf(many, new Uint8Array(many.length));
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
