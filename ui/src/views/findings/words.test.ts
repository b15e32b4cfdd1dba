import { describe, expect, it } from 'vitest';

import type { FindingsTold } from '../../wire';
import { countWords, examinedWords } from './words';

const told = (some: Partial<FindingsTold>): FindingsTold => ({
  autoscalers: 0,
  unexamined: 0,
  errors: 0,
  warnings: 0,
  notes: 0,
  notExamined: [],
  ...some,
});

describe('what is said of all findings', () => {
  it.each([
    [told({}), [], '0 autoscalers examined'],
    [told({ autoscalers: 1, notes: 2 }), ['2 notes'], '1 autoscaler examined'],
    [
      told({ autoscalers: 23, unexamined: 2, errors: 1, warnings: 3 }),
      ['1 error', '3 warnings'],
      '21 autoscalers examined, of 2 too little is known',
    ],
  ])('counts what there is', (given, counts, examined) => {
    expect(countWords(given).map(({ words }) => words)).toEqual(counts);
    expect(examinedWords(given)).toBe(examined);
  });
});
