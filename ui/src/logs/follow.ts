// Whether a growing text sticks to its end.

import { LINE } from './window';

export type Follow = 'following' | 'paused';

/** What the reader did. */
export type FollowInput =
  /** The text was scrolled from `before` to `top`; `end` is the largest value. */
  | { type: 'scrolled'; before: number; top: number; end: number }
  /** The button. */
  | { type: 'toggled' }
  /** Some of the text was selected: it must not move away. */
  | { type: 'selected' };

/** The next state. Scrolling up pauses; arriving at the end follows again. */
export function followStep(state: Follow, input: FollowInput): Follow {
  switch (input.type) {
    case 'scrolled':
      if (input.end - input.top < LINE) {
        // Growing text moves the end, not the reader: only moving down counts.
        return state === 'paused' && input.top <= input.before ? 'paused' : 'following';
      }
      return input.top < input.before ? 'paused' : state;
    case 'toggled':
      return state === 'following' ? 'paused' : 'following';
    case 'selected':
      return 'paused';
  }
}
