// What an object has to do with others, followed while it is shown.

import { rpc } from '../../host';
import type { Relations } from '../../wire';
import type { ObjectKey } from '../contract';
import { Followed } from '../shared/followed.svelte';

/** The relations of one object. */
export class LiveRelations extends Followed<Relations> {
  constructor(cluster: string, object: ObjectKey) {
    let known: Relations | null = null;
    super({
      open: async () => (await rpc('open_relations', { cluster, ...object })).relations,
      read: async (id) => {
        const found = await rpc('relations', { id });
        // Looked for anew: what was found before stays until then, with why nothing comes.
        if (known?.loaded && !found.loaded && !found.problem) {
          const { remarks } = found.loading.length ? known : found;
          known = { ...known, remarks };
        } else {
          known = found;
        }
        return { ...known, version: found.version };
      },
      close: (id) => rpc('close_relations', { id }),
      told: (notice, id) =>
        notice.type === 'relations' && notice.relations === id ? notice.version : null,
    });
  }
}
