// What is foreseen as steps from the present on.

import type { PlotFrame } from './frames';

/** One stretch of what is foreseen, Unix seconds. */
export interface ForeseenStep {
  from: number;
  to: number;
  value: number;
  /** Until when the next change may still be out; `to` where it is exact or there is none. */
  latest: number;
}

/** What is foreseen as steps from the present on, beginning with the value held now. */
export function foreseenSteps(frame: PlotFrame, row: number): ForeseenStep[] {
  const now = frame.points.values[row]?.findLast((one) => one !== null);
  if (!frame.foreseen.length || now === undefined || now === null) return [];
  const steps: ForeseenStep[] = [];
  let [from, value] = [frame.edge, now];
  for (const next of frame.foreseen) {
    const to = Math.max(frame.edge, next.earliest / 1000);
    steps.push({ from, to, value, latest: Math.max(to, next.latest / 1000) });
    [from, value] = [to, next.value];
  }
  steps.push({ from, to: Math.max(from, frame.to), value, latest: Math.max(from, frame.to) });
  return steps.filter((step) => step.from < frame.to);
}
