import { expect, it } from 'vitest';

import type { Relations } from '../../wire';
import { kept } from './kept';

const of = (some: Partial<Relations>): Relations => ({
  version: 1,
  loaded: false,
  problem: '',
  nodes: [],
  sections: [],
  lines: [],
  blocks: [],
  width: 0,
  height: 0,
  remarks: [],
  loading: [],
  ...some,
});
const looking = of({ loading: ['Pods'] });
const found = of({ loaded: true, width: 3, remarks: ['2 more'] });
const failed = of({ version: 4, remarks: ['pods: forbidden'] });

it.each<[string, Relations | null, Relations, Relations]>([
  ['the first answer is shown as it is', null, looking, looking],
  ['what failed is said though the first answer was that it looks', looking, failed, failed],
  ['what was found takes the place of what was looked for', looking, found, found],
  [
    'what was found stays while it is looked for anew',
    found,
    of({ version: 3, loading: ['Pods'] }),
    { ...found, version: 3 },
  ],
  ['with why nothing comes', found, failed, { ...found, version: 4, remarks: ['pods: forbidden'] }],
  [
    'an object that is gone is not kept',
    found,
    of({ version: 5, problem: 'deleted' }),
    of({ version: 5, problem: 'deleted' }),
  ],
])('%s', (_, known, answer, shown) => {
  expect(kept(known, answer)).toEqual(shown);
});
