import { describe, expect, it } from 'vitest';

import { beyondTop } from './beyond';

describe('beyondTop', () => {
  const x = (time: number) => time;
  const of = (values: (number | null)[]) => beyondTop([0, 100, 200, 300], values, 8, x, [0, 400]);

  it('finds nothing where all lies within', () => {
    expect(of([1, 8, null, 3])).toEqual([]);
  });
  it('finds each place with its highest value', () => {
    expect(of([20, 1, 30, 1])).toEqual([
      { x: 50, value: 20 },
      { x: 250, value: 30 },
    ]);
  });
  it('joins what follows at once', () => {
    expect(of([1, 20, 25, 1])).toEqual([{ x: 200, value: 25 }]);
  });
});
