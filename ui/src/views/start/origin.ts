// How a kubeconfig was found, in words.

import type { Origin } from '../../wire';

/** For a heading, after the title. */
export function originWords(origin: Origin): string {
  switch (origin) {
    case 'opened':
      return 'opened by you';
    case 'environment':
      return 'from the environment';
    case 'home':
      return 'the usual place';
    case 'folder':
      return 'in a watched folder';
    case 'pasted':
      return 'pasted, in memory only';
  }
}
