// Where the drawer has been: back and forward as in a browser.

import type { ObjectKey } from '../contract';

/** Objects visited, oldest first, and which of them is shown. */
export interface Trail {
  visited: readonly ObjectKey[];
  at: number;
}

/** Objects remembered. */
export const LONGEST = 50;

export const NOWHERE: Trail = { visited: [], at: -1 };

/** Whether both name the same object. */
export function same(a: ObjectKey | undefined, b: ObjectKey): boolean {
  return a?.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

/** After `object` came to be shown; going on from the middle forgets what lay ahead. */
export function visit(trail: Trail, object: ObjectKey): Trail {
  if (same(trail.visited[trail.at], object)) return trail;
  const visited = [...trail.visited.slice(0, trail.at + 1), object].slice(-LONGEST);
  return { visited, at: visited.length - 1 };
}

/** One step back (-1) or forward (1); the same trail at its ends. */
export function step(trail: Trail, by: -1 | 1): Trail {
  const at = trail.at + by;
  return trail.visited[at] ? { ...trail, at } : trail;
}
