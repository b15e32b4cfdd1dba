import { expect, it } from 'vitest';

import { initialsOf } from './initials';

it.each([
  ['kwok-local', 'KL'],
  ['admin', 'AD'],
  ['arn:aws:eks', 'AA'],
  ['ø', 'Ø'],
  ['', ''],
])('%s is %s', (name, expected) => {
  expect(initialsOf(name)).toBe(expected);
});
