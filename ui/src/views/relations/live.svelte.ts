// What an object has to do with others, followed while it is shown.

import { rpc } from '../../host';
import type { Relations } from '../../wire';
import type { ObjectKey } from '../contract';
import { Followed } from '../shared/followed.svelte';
import { kept } from './kept';

/** The relations of one object. */
export class LiveRelations extends Followed<Relations> {
  constructor(cluster: string, object: ObjectKey) {
    let known: Relations | null = null;
    super({
      open: async () => (await rpc('open_relations', { cluster, ...object })).relations,
      read: async (id) => {
        known = kept(known, await rpc('relations', { id }));
        return known;
      },
      close: (id) => rpc('close_relations', { id }),
      told: (notice, id) =>
        notice.type === 'relations' && notice.relations === id ? notice.version : null,
    });
  }
}
