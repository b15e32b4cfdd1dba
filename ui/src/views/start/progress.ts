// How far connecting a context has come, in words.

import type { Access } from '../../wire';
import { nameOf } from './access';

/** Where an attempt to connect stands. */
export type AttemptStep = 'connecting' | 'looking' | 'asked';

/** One line for the row and the rail. */
export function progressWords(step: AttemptStep, access: Access | null, server: string): string {
  switch (step) {
    case 'asked':
      return 'Waiting for your answer';
    case 'looking':
      return 'Looking at the files it names; nothing is run or contacted…';
    case 'connecting':
      return access?.type === 'program'
        ? `Running ${nameOf(access.why)} to log in, connecting to ${server}…`
        : `Connecting to ${server}…`;
  }
}
