// Connected clusters, and which of them is on screen.

import { rpc } from '../host';
import { problems, words } from '../kit/problems.svelte';
import type { ClusterInfo } from '../wire';
import { ClusterState } from './cluster.svelte';

class Session {
  clusters = $state.raw<readonly ClusterState[]>([]);
  /** `null` shows the start page. */
  active = $state.raw<ClusterState | null>(null);
  sidebar = $state(true);

  /** Takes up the clusters that are connected already: the page was loaded again. */
  async resume(): Promise<void> {
    try {
      const infos = await rpc('clusters', null);
      this.clusters = infos.map((info) => new ClusterState(info));
      this.active = this.clusters[0] ?? null;
    } catch (thrown) {
      problems.report(`Connected clusters could not be read: ${words(thrown)}`);
    }
  }

  connected(info: ClusterInfo): void {
    const known = this.clusters.find((one) => one.info.cluster === info.cluster);
    const state = known ?? new ClusterState(info);
    if (!known) this.clusters = [...this.clusters, state];
    this.active = state;
  }

  disconnect(state: ClusterState): void {
    this.clusters = this.clusters.filter((one) => one !== state);
    if (this.active === state) this.active = this.clusters[0] ?? null;
    rpc('disconnect', { cluster: state.info.cluster }).catch((thrown: unknown) =>
      problems.report(`Disconnecting failed: ${words(thrown)}`),
    );
  }
}

export const session = new Session();
