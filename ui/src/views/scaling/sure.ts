// Words of how sure a figure is.

import type { Sure, Sureness } from '../../wire';

/** In the order of the legend. */
export const SURENESSES: readonly Sureness[] = ['observed', 'derived', 'estimated', 'unknown'];

const MEANS: Record<Sureness, string> = {
  observed: 'the API said so',
  derived: 'computed from observed values by the controller’s own rule',
  estimated: 'an input was guessed',
  unknown: 'it cannot be told',
};

/** `estimated: the pods' start was not seen`. */
export function sureWords({ sureness, why }: Sure): string {
  return `${sureness}: ${why || MEANS[sureness]}`;
}
