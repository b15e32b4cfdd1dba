// Figures for the desktop benchmark, kept in rings on `window.__scalescope`.

const LENGTH = 4096;

/** What the benchmark reads. */
export interface Instruments {
  /** Script time of each frame that painted rows or moved them, in ms; the newest at the end. */
  frames: number[];
  /** From a notice's arrival to its rows being in the DOM, in ms; the newest at the end. */
  latencies: number[];
  /** What was last written into the DOM. */
  applied: { version: number; at: number };
}

declare global {
  interface Window {
    __scalescope?: Instruments;
  }
}

function instruments(): Instruments {
  window.__scalescope ??= { frames: [], latencies: [], applied: { version: -1, at: 0 } };
  return window.__scalescope;
}

function push(ring: number[], value: number): void {
  ring.push(value);
  if (ring.length > LENGTH) ring.splice(0, ring.length - LENGTH / 2);
}

/** A frame cost `ms` of script. */
export function recordFrame(ms: number): void {
  push(instruments().frames, ms);
}

/** Rows of `version` are in the DOM; `noticedAt` is when their notice came. */
export function recordApplied(version: number, noticedAt: number | null): void {
  const all = instruments();
  all.applied = { version, at: performance.now() };
  if (noticedAt !== null) push(all.latencies, all.applied.at - noticedAt);
}
