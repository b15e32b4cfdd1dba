import { describe, expect, it } from 'vitest';

import { AHEAD, edgesOf, panned, type Viewport, zoomed } from './viewport';

const MINUTE = 60_000;
const EDGE = 1000 * MINUTE;
const KNOWN = 0;
const live: Viewport = { type: 'live', range: 60 * MINUTE };
const still: Viewport = { type: 'still', from: 500 * MINUTE, range: 60 * MINUTE };

describe('edgesOf', () => {
  it('reaches into the future at the present', () => {
    const { from, to } = edgesOf(live, EDGE);
    expect([EDGE - from, to - EDGE]).toEqual([60 * MINUTE, 60 * MINUTE * AHEAD]);
  });
});

describe('zoomed', () => {
  it('stays at the present when that is what it turns about', () => {
    expect(zoomed(live, EDGE, KNOWN, 0.5, EDGE)).toEqual({ type: 'live', range: 30 * MINUTE });
  });

  it('keeps the time under the pointer where it is', () => {
    const at = 520 * MINUTE;
    const next = zoomed(still, EDGE, KNOWN, 0.5, at);
    const share = (view: Viewport) => {
      const { from, to } = edgesOf(view, EDGE);
      return (at - from) / (to - from);
    };
    expect(next.range).toBe(30 * MINUTE);
    expect(share(next)).toBeCloseTo(share(still), 9);
  });

  it('is live again when it grows up to the present', () => {
    expect(zoomed(still, EDGE, KNOWN, 40, 530 * MINUTE).type).toBe('live');
  });

  it.each([
    [1e-6, MINUTE],
    [1e6, 7 * 24 * 60 * MINUTE],
  ])('by %s has bounds', (factor, range) => {
    expect(zoomed(live, EDGE, KNOWN, factor, EDGE).range).toBe(range);
  });
});

describe('panned', () => {
  it.each([
    ['back from the present', live, -10, { type: 'still', from: 930 * MINUTE }],
    ['never into the future', live, 10, { type: 'live' }],
    ['on up to the present', still, 10_000, { type: 'live' }],
    ['never wholly before what is known', still, -10_000, { type: 'still', from: -30 * MINUTE }],
  ])('%s', (_, view, minutes, expected) => {
    expect(panned(view, EDGE, KNOWN, minutes * MINUTE)).toMatchObject(expected);
  });
});
