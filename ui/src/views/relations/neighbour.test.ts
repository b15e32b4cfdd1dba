import { describe, expect, it } from 'vitest';

import { neighbour, wayOf, type Way } from './neighbour';

const spot = (x: number, y: number) => ({ x, y, width: 100, height: 40 });
/** Two columns; the second holds three. */
const SPOTS = [spot(0, 100), spot(200, 0), spot(200, 100), spot(200, 200)];

describe('arrow keys', () => {
  it.each<[number, Way, number]>([
    [0, 'right', 2],
    [2, 'left', 0],
    [2, 'up', 1],
    [2, 'down', 3],
    [1, 'up', 1],
    [0, 'left', 0],
    [9, 'left', 9],
  ])('lead from %i %s to %i', (from, way, to) => {
    expect(neighbour(SPOTS, from, way)).toBe(to);
  });

  it('are few', () => {
    expect(wayOf('ArrowUp')).toBe('up');
    expect(wayOf('j')).toBe('down');
    expect(wayOf('x')).toBeNull();
  });
});
