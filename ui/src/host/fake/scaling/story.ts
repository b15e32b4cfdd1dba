// What the invented controllers did: a busy web shop, or an evening with a schedule and a workload to follow.

/** A moment of a story. */
export interface Sample {
  /** Unix ms. */
  at: number;
  current: number;
  /** What the controller wants after its rules. */
  desired: number;
  /** What load asks for before them. */
  asked: number;
  ready: number;
  /** What is measured. */
  load: number;
}

/** One step of the invented controller, ms. */
export const STEP = 15_000;
const MINUTE = 60_000;

/** Load in per cent of what one replica carries, at `ms`: two waves and a little noise. */
export function loadAt(ms: number): number {
  const minute = ms / MINUTE;
  const wave = 240 + 190 * Math.sin(minute / 9) + 60 * Math.sin(minute / 2.3);
  return Math.max(25, wave + 14 * Math.sin(ms / 7_000));
}

/** What the invented controller did between two times, one sample a step. */
export function history(from: number, to: number, min: number, max: number): Sample[] {
  const samples: Sample[] = [];
  const recent: number[] = [];
  let current = min;
  let ready = min;
  for (let at = Math.ceil(from / STEP) * STEP; at <= to; at += STEP) {
    const load = loadAt(at);
    const asked = Math.max(1, Math.ceil(load / 80));
    const wanted = Math.min(max, Math.max(min, asked));
    recent.push(wanted);
    if (recent.length > 20) recent.shift();
    const desired = wanted >= current ? wanted : Math.min(current, Math.max(...recent));
    ready = Math.min(current, ready + 1);
    samples.push({ at, current, desired, asked, ready: Math.min(ready, current), load });
    current = desired;
  }
  return samples;
}

/** Value of steps, given as [minutes after the opening, value], at so many minutes. */
function stepAt(steps: readonly (readonly [number, number])[], minute: number): number {
  return steps.findLast(([from]) => from <= minute)?.[1] ?? steps[0]?.[1] ?? 0;
}

/** Pods that are followed, over the evening. */
const FOLLOWED = [[-999, 2], [-43, 4], [-40, 6], [-30, 2], [-12, 6], [-10, 10], [-8, 12], [-0.67, 8]] as const; // prettier-ignore
const SIZE = [[-999, 1], [-42, 2], [-39, 3], [-25, 1], [-19.7, 2], [-11, 3], [-9, 5], [-7, 6], [4.1, 4]] as const; // prettier-ignore

/** The schedule's window, in minutes after the opening. */
export const WINDOW = { from: -20, to: 160 };
/** What holds the size now ends so many minutes after the opening. */
export const HELD = { from: -0.67, to: 4.1 };
/** What held it before. */
export const HELD_BEFORE = { from: -30, to: -25 };

/** The evening between two times, seen from when it was opened. */
export function evening(from: number, to: number, opened: number): Sample[] {
  const samples: Sample[] = [];
  for (let at = Math.ceil(from / STEP) * STEP; at <= to; at += STEP) {
    const minute = (at - opened) / MINUTE;
    const load = stepAt(FOLLOWED, minute);
    const scheduled = minute >= WINDOW.from && minute < WINDOW.to ? 2 : 1;
    const current = stepAt(SIZE, minute);
    const asked = Math.max(scheduled, Math.ceil(load / 2));
    const ready = Math.min(current, stepAt(SIZE, minute - 0.6));
    samples.push({ at, current, desired: Math.max(current, asked), asked, ready, load });
  }
  return samples;
}
