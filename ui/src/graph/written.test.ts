import { describe, expect, it } from 'vitest';

import { writtenSteps } from './written';

const same = (time: number) => time;

describe('writtenSteps', () => {
  it('writes each value once, above the highest of the line under it', () => {
    const list = writtenSteps([0, 20, 40, 60, 80], [2, 2, 3, 3, 3], [4, 6, 5, 9, 7], same, 0, 80);
    expect(list).toEqual([
      { x: 20, height: 6, value: 2, width: 40 },
      { x: 60, height: 9, value: 3, width: 40 },
    ]);
  });

  it('leaves out what is too narrow, off the edge or unseen', () => {
    const list = writtenSteps(
      [0, 5, 30, 60, 90],
      [1, 2, null, 4, 4],
      [1, 1, 1, 1, 1],
      same,
      10,
      70,
    );
    expect(list.map(({ value, x }) => [value, x])).toEqual([[2, 20]]);
  });
});
