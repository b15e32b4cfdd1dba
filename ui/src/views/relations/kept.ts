// What is shown of an object's relations while they are looked for anew.

import type { Relations } from '../../wire';

/** What was found before stays until something is found, with why nothing comes; what was never found does not. */
export function kept(known: Relations | null, found: Relations): Relations {
  if (!known?.loaded || found.loaded || found.problem) return found;
  const { remarks } = found.loading.length ? known : found;
  return { ...known, remarks, version: found.version };
}
