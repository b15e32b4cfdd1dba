// Whether the desktop tells that an autoscaler came to need attention.

import { asWireError, rpc } from '../../host';
import type { BellTold } from '../../wire';
import type { ObjectKey } from '../contract';

/** What it tells of, for people. */
export const WHEN =
  'it stays at its most replicas while load asks for more, its metrics fail, or its autoscaler cannot work';

export function readBell(cluster: string, object: ObjectKey): Promise<BellTold> {
  return rpc('bell', { cluster, ...object });
}

export function setBell(cluster: string, object: ObjectKey, on: boolean): Promise<BellTold> {
  return rpc('set_bell', { cluster, ...object, on });
}

/** Turns it on or off; what became of that, in words. */
export async function toldOf(cluster: string, object: ObjectKey, on: boolean): Promise<string> {
  try {
    const { problem } = await setBell(cluster, object, on);
    if (problem) return problem;
    return on
      ? `The desktop tells when ${object.name} comes to need attention.`
      : `The desktop tells nothing of ${object.name}.`;
  } catch (thrown) {
    return asWireError(thrown).message;
  }
}
