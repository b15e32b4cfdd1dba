// Connected clusters, those on their way, and what of all that is on screen.

import { onNotice, rpc } from '../host';
import { problems, words } from '../kit/problems.svelte';
import { Refresh } from '../kit/refresh';
import type { ClusterInfo } from '../wire';
import { ClusterState } from './cluster.svelte';
import { Connecting } from './connecting.svelte';
import { contexts } from './contexts.svelte';
import { afterReading } from './open';

/** What stands where no cluster is on screen. */
export type HomePage = 'contexts' | 'consents';

class Session {
  clusters = $state.raw<readonly ClusterState[]>([]);
  /** `null` shows the start page. */
  active = $state.raw<ClusterState | null>(null);
  home = $state<HomePage>('contexts');
  sidebar = $state(true);

  readonly connecting = new Connecting(
    {
      connect: (context) => rpc('connect', { context }),
      answer: (answer) => rpc('answer_consent', answer),
      cancel: (context) => rpc('cancel_connect', { context }),
      disconnect: (cluster) => rpc('disconnect', { cluster }),
    },
    {
      connected: (info, attempt) => this.#connected(info, attempt),
      failed: (context, error) => {
        // The start page says it at the context.
        if (this.active === null && this.home === 'contexts' && contexts.entry(context)) return;
        const name = contexts.nameOf(context) || 'The context';
        problems.report(`${name} was not opened. ${error.message}`);
      },
      isOpen: (cluster) => this.clusters.some((one) => one.info.cluster === cluster),
    },
  );
  readonly #refresh = new Refresh(() => this.#read());

  /** Takes up the clusters that are connected already: the page was loaded again. */
  async resume(): Promise<void> {
    await this.#refresh.want();
    this.active = this.clusters[0] ?? null;
  }

  /** Titles, colours and what is open follow what is told; answers how to stop. */
  follow(): () => void {
    return onNotice((notice) => {
      if (notice.type === 'start') void this.#refresh.want();
    });
  }

  /** Reads again which clusters are open and what they are called. */
  read(): Promise<void> {
    return this.#refresh.want();
  }

  show(home: HomePage): void {
    this.active = null;
    this.home = home;
  }

  /** The open cluster of a context. */
  ofContext(context: string): ClusterState | undefined {
    return this.clusters.find((one) => one.info.context === context);
  }

  /** Goes to a context's cluster if it is open, else connects it. */
  choose(context: string): void {
    const open = this.ofContext(context);
    if (open) this.active = open;
    else void this.connecting.connect(context);
  }

  disconnect(state: ClusterState): void {
    this.#keep(this.clusters.filter((one) => one !== state));
    rpc('disconnect', { cluster: state.info.cluster }).catch((thrown: unknown) =>
      problems.report(`Disconnecting failed: ${words(thrown)}`),
    );
  }

  #connected(info: ClusterInfo, attempt: number): void {
    const known = this.clusters.find((one) => one.info.cluster === info.cluster);
    const state = known ?? new ClusterState(info);
    if (!known) this.clusters = [...this.clusters, state];
    // Who went to another cluster, chose another context since, or is at a dialog, stays there.
    const waits =
      this.active === null &&
      this.home === 'contexts' &&
      document.querySelector('dialog[open]') === null;
    if (waits && attempt === this.connecting.last) this.active = state;
  }

  async #read(): Promise<void> {
    const before = this.clusters;
    try {
      const infos = await rpc('clusters', null);
      this.#keep(afterReading(before, this.clusters, infos, (info) => new ClusterState(info)));
    } catch (thrown) {
      problems.report(`Connected clusters could not be read: ${words(thrown)}`);
    }
  }

  #keep(clusters: readonly ClusterState[]): void {
    this.clusters = clusters;
    if (this.active && !clusters.includes(this.active)) this.active = clusters[0] ?? null;
  }
}

export const session = new Session();
