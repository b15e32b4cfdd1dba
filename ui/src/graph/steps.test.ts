import { describe, expect, it } from 'vitest';

import { drawSteps, type Pen } from './steps';

function pen(): Pen & { text: string } {
  return {
    text: '',
    moveTo(x, y) {
      this.text += ` M${x},${y}`;
    },
    lineTo(x, y) {
      this.text += ` L${x},${y}`;
    },
  };
}

describe('drawSteps', () => {
  it.each([
    ['a step', [1, 2], ' M0,1 L10,1 L10,2', ' M0,0 L0,1 L10,1 L10,2 L10,0 L0,0'],
    ['no step', [1, 1], ' M0,1 L10,1', ' M0,0 L0,1 L10,1 L10,0 L0,0'],
    [
      'a gap: held up to it, taken up after it without a line between',
      [3, null, null, 5, 5],
      ' M0,3 L10,3 M30,5 L40,5',
      ' M0,0 L0,3 L10,3 L10,0 L0,0 M30,0 L30,5 L40,5 L40,0 L30,0',
    ],
    ['seen only once at the end', [null, 4], ' M10,4', ' M10,0 L10,4 L10,0 L10,0'],
    ['nothing seen', [null, null], '', ''],
    ['nothing', [], '', ''],
  ])('%s', (_, values, stroke, fill) => {
    const lines = pen();
    const area = pen();
    drawSteps(
      values,
      (index) => index * 10,
      (value) => value,
      0,
      lines,
      area,
    );
    expect(lines.text).toBe(stroke);
    expect(area.text).toBe(fill);
  });
});
