import { expect, it } from 'vitest';

import { shareHeight } from './heights';

it.each([
  ['no room to spare', [200, 100], 250, [200, 100]],
  ['some to spare', [200, 100], 330, [220, 110]],
  ['more than is of use', [200, 100], 2000, [320, 160]],
  ['no plots', [], 500, []],
])('%s', (_, least, room, heights) => {
  expect(shareHeight(least, room)).toEqual(heights);
});
