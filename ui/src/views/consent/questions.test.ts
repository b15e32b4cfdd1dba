import { expect, test } from 'vitest';

import type { Danger, Question } from '../../wire';
import { mayTrust, whyNotTrust, type Asked } from './questions';

const DANGERS: Danger[] = [
  { id: 'one', title: 'One', why: '' },
  { id: 'two', title: 'Two', why: '' },
];

function asked(more: Partial<Question>, confirmed: string[] = [], looking = false): Asked {
  const plain = { name: '', file: '', again: false, looked: false, refused: '' };
  const question = { id: 'q', context: 'c', ...plain, sections: [], dangers: [], ...more };
  return { question, confirmed: new Set(confirmed), looking };
}

test.each([
  ['nothing unusual', asked({}), true],
  ['unconfirmed', asked({ dangers: DANGERS }, ['one']), false],
  ['each confirmed', asked({ dangers: DANGERS }, ['two', 'one']), true],
  ['refused', asked({ refused: 'The policy forbids it.' }), false],
  ['refused though confirmed', asked({ dangers: DANGERS, refused: 'No.' }, ['one', 'two']), false],
  ['being looked at', asked({}, [], true), false],
])('%s', (_, one, expected) => {
  expect(mayTrust(one)).toBe(expected);
  expect(whyNotTrust(one) === '').toBe(expected);
});
