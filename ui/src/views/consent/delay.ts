// The dangerous buttons wait until the dialog has stood undisturbed on screen, so that no click meant for
// something else lands on them.

/** How long it must have stood, in ms. */
export const STAND_MS = 600;

/** Where the wait is. */
export type Delay = { type: 'covered' } | { type: 'waiting'; until: number } | { type: 'ready' };

/** What happens to it; times in ms of one clock. */
export type DelayInput =
  /** The dialog came on screen, was laid out anew, or the window got the focus. */
  | { type: 'disturbed'; now: number }
  /** The dialog cannot be seen. */
  | { type: 'covered' }
  /** Time went by. */
  | { type: 'tick'; now: number };

/** One step; while covered only being seen again counts. */
export function delayStep(state: Delay, input: DelayInput): Delay {
  switch (input.type) {
    case 'covered':
      return { type: 'covered' };
    case 'disturbed':
      return { type: 'waiting', until: input.now + STAND_MS };
    case 'tick':
      return state.type === 'waiting' && input.now >= state.until ? { type: 'ready' } : state;
  }
}
