// What every part of the drawer may need: where links lead, and how more is asked for.

import { getContext, setContext } from 'svelte';

import type { ObjectRef, PairKind, Pairs, Revealed, SecretKey, UsageHistory } from '../../wire';

/** The drawer, as its parts see it. */
export interface Scene {
  onopen: (object: ObjectRef) => void;
  /** Shows the scaling page of an autoscaler. */
  onscaling: (object: ObjectRef) => void;
  reveal: (secret: SecretKey) => Promise<Revealed>;
  usage: () => Promise<UsageHistory>;
  pairs: (kind: PairKind, filter: string, from: number, count: number) => Promise<Pairs>;
}

const KEY = Symbol('drawer');

/** Offers the scene to everything below. */
export function setScene(scene: Scene): void {
  setContext(KEY, scene);
}

/** The scene of the drawer around. */
export function scene(): Scene {
  return getContext<Scene>(KEY);
}
