// Which object an arrow key leads to.

import type { Spot } from '../../wire';

export type Way = 'left' | 'right' | 'up' | 'down';

/** The way of an arrow key; `null` for other keys. */
export function wayOf(key: string): Way | null {
  switch (key) {
    case 'ArrowLeft':
    case 'h':
      return 'left';
    case 'ArrowRight':
    case 'l':
      return 'right';
    case 'ArrowUp':
    case 'k':
      return 'up';
    case 'ArrowDown':
    case 'j':
      return 'down';
    default:
      return null;
  }
}

/** Index of the nearest spot that way; the same index where there is none. */
export function neighbour(spots: readonly Spot[], from: number, way: Way): number {
  const start = spots[from];
  if (!start) return from;
  const centre = (spot: Spot) => ({ x: spot.x + spot.width / 2, y: spot.y + spot.height / 2 });
  const here = centre(start);
  let best = from;
  let least = Infinity;
  spots.forEach((spot, index) => {
    if (index === from) return;
    const { x, y } = centre(spot);
    const sideways = way === 'left' || way === 'right';
    const sign = way === 'left' || way === 'up' ? -1 : 1;
    const ahead = sign * (sideways ? x - here.x : y - here.y);
    if (ahead < 1) return;
    // What lies off the way counts more than what lies far along it.
    const distance = ahead + 3 * Math.abs(sideways ? y - here.y : x - here.x);
    if (distance < least) {
      least = distance;
      best = index;
    }
  });
  return best;
}
