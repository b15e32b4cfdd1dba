// The cluster page, followed while it is shown; what was last known stays while it is not.

import { rpc } from '../../host';
import type { Overview } from '../../wire';
import { Followed } from '../shared/followed.svelte';

/** What the page knows of its cluster. */
export class LiveOverview extends Followed<Overview> {
  constructor(cluster: string) {
    super({
      open: async () => (await rpc('open_overview', { cluster })).overview,
      read: (id) => rpc('overview', { id }),
      close: (id) => rpc('close_overview', { id }),
      told: (notice, id) =>
        notice.type === 'overview' && notice.overview === id ? notice.version : null,
      ticks: (content) => content.nextTickMs,
    });
  }
}
