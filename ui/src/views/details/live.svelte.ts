// The drawer's object, followed while it is shown.

import { rpc } from '../../host';
import type {
  Details,
  FieldOwner,
  PairKind,
  Pairs,
  Revealed,
  SecretKey,
  UsageHistory,
  Yaml,
} from '../../wire';
import type { ObjectKey } from '../contract';
import { Followed } from '../shared/followed.svelte';

/** What the drawer knows of one object. */
export class LiveDetails extends Followed<Details> {
  constructor(cluster: string, object: ObjectKey) {
    super({
      open: async () => (await rpc('open_details', { cluster, ...object })).details,
      read: (id) => rpc('details', { id }),
      close: (id) => rpc('close_details', { id }),
      told: (notice, id) =>
        notice.type === 'details' && notice.details === id ? notice.version : null,
      ticks: (content) => content.nextTickMs,
    });
  }

  /** The object as YAML, as it is now; with who set each line, if that is wanted. */
  async yaml(owners: boolean): Promise<Yaml> {
    return rpc('yaml', { id: this.id, owners });
  }

  /** Some of its labels or annotations. */
  async pairs(kind: PairKind, filter: string, from: number, count: number): Promise<Pairs> {
    return rpc('pairs', { id: this.id, kind, filter, from, count });
  }

  /** Its CPU and memory so far, measured again if that is due. */
  async usage(): Promise<UsageHistory> {
    return rpc('usage_history', { id: this.id });
  }

  /** Who set which of its fields last. */
  async fieldOwners(): Promise<FieldOwner[]> {
    return rpc('field_owners', { id: this.id });
  }

  /** One value of a Secret, read now. Whoever asks lets go of it soon. */
  async reveal(secret: SecretKey): Promise<Revealed> {
    return rpc('reveal', { id: this.id, secret });
  }
}
