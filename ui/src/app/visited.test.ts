import { describe, expect, it } from 'vitest';

import { Visited } from './visited';

type Place = { kind: string; filter: string };
const at = (kind: string, filter = ''): Place => ({ kind, filter });
const start = (most?: number) => new Visited<Place>(at('pods'), (a, b) => a.kind === b.kind, most);

describe('Visited', () => {
  it('goes back and forward', () => {
    const visited = start();
    expect([visited.canBack, visited.canForward]).toEqual([false, false]);
    visited.go(at('nodes'));
    visited.go(at('events'));
    expect(visited.back()).toEqual(at('nodes'));
    expect(visited.back()).toEqual(at('pods'));
    expect(visited.back()).toEqual(at('pods'));
    expect([visited.canBack, visited.canForward]).toEqual([false, true]);
    expect(visited.forward()).toEqual(at('nodes'));
    expect(visited.forward()).toEqual(at('events'));
    expect(visited.forward()).toEqual(at('events'));
  });

  it('forgets what was forward when somewhere else is gone to', () => {
    const visited = start();
    visited.go(at('nodes'));
    visited.back();
    visited.go(at('events'));
    expect(visited.canForward).toBe(false);
    expect(visited.back()).toEqual(at('pods'));
  });

  it('the same place is no other, but remembers how it was left', () => {
    const visited = start();
    visited.go(at('pods', 'web'));
    expect(visited.canBack).toBe(false);
    visited.go(at('nodes'));
    expect(visited.back()).toEqual(at('pods', 'web'));
    visited.go(at('pods', 'db'));
    expect(visited.canForward).toBe(true);
  });

  it('is bounded', () => {
    const visited = start(3);
    for (const kind of ['a', 'b', 'c', 'd']) visited.go(at(kind));
    expect(visited.back().kind + visited.back().kind + visited.back().kind).toBe('cbb');
  });
});
