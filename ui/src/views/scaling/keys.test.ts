import { expect, it } from 'vitest';

import { wishOf } from './keys';

const press = (key: string, shift = false, other = false) => wishOf({ key, shift, other });

it.each([
  ['ArrowLeft', false, { type: 'step', by: -1 }],
  ['ArrowRight', true, { type: 'step', by: 10 }],
  ['Home', false, { type: 'first' }],
  ['End', false, { type: 'live' }],
  ['PageUp', false, { type: 'page', by: -0.5 }],
  ['t', false, { type: 'table' }],
  ['x', false, null],
])('%s', (key, shift, wish) => {
  expect(press(key, shift)).toEqual(wish);
});

it('leaves Alt and Ctrl to the window', () => {
  expect(press('ArrowLeft', false, true)).toBeNull();
});

it('zooms in and out by the same', () => {
  const factors = ['+', '-'].map((key) => {
    const wish = press(key);
    return wish?.type === 'zoom' ? wish.factor : 0;
  });
  expect((factors[0] ?? 0) * (factors[1] ?? 0)).toBeCloseTo(1, 9);
});
