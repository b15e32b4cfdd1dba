import { describe, expect, it } from 'vitest';

import type { ObjectKey } from '../contract';
import { LONGEST, NOWHERE, step, visit, type Trail } from './trail';

const object = (name: string): ObjectKey => ({ kind: 'pods', namespace: 'shop', name });
const walk = (...steps: (string | -1 | 1)[]): Trail =>
  steps.reduce<Trail>(
    (trail, one) => (typeof one === 'string' ? visit(trail, object(one)) : step(trail, one)),
    NOWHERE,
  );

describe('trail', () => {
  it.each([
    ['nowhere yet', walk(), [], -1],
    ['visits', walk('a', 'b'), ['a', 'b'], 1],
    ['the same again', walk('a', 'a'), ['a'], 0],
    ['back', walk('a', 'b', -1), ['a', 'b'], 0],
    ['back, shown by the frame', walk('a', 'b', -1, 'a'), ['a', 'b'], 0],
    ['back and forward', walk('a', 'b', -1, 1), ['a', 'b'], 1],
    ['no further than the ends', walk('a', -1, -1, 1, 1), ['a'], 0],
    ['on from the middle', walk('a', 'b', 'c', -1, -1, 'd'), ['a', 'd'], 1],
  ])('%s', (_, trail, names, at) => {
    expect(trail.visited.map((one) => one.name)).toEqual(names);
    expect(trail.at).toBe(at);
  });

  it('remembers so many and no more', () => {
    const trail = walk(...Array.from({ length: LONGEST + 5 }, (_, index) => `pod-${index}`));
    expect(trail.visited).toHaveLength(LONGEST);
    expect(trail.visited[trail.at]?.name).toBe(`pod-${LONGEST + 4}`);
  });
});
