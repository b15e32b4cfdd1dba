// The graph of one autoscaler, followed while it is shown.

import { decodeSeries, emptySeries, type SeriesData } from '../../graph/decode';
import { rpc } from '../../host';
import type { GraphMeta } from '../../wire';
import type { ObjectKey } from '../contract';
import { Followed } from '../shared/followed.svelte';

/** What the page asks series for. */
export interface Window {
  /** Length of time shown, ms. */
  rangeMs: number;
  /** Of the plots, in device pixels. */
  width: number;
}

/** What the page knows of one autoscaler. */
export class LiveGraph extends Followed<GraphMeta> {
  series = $state.raw<SeriesData>(emptySeries(0));
  /** Whether series were read for what is shown. */
  drawn = $state(false);
  /** By how much the backend's clock is ahead of this window's, ms. */
  ahead = $state(0);

  #have = '';

  constructor(cluster: string, target: ObjectKey, window: () => Window) {
    super({
      open: async () => (await rpc('open_graph', { cluster, ...target })).graph,
      read: (id) => rpc('graph', { id }),
      close: (id) => rpc('close_graph', { id }),
      told: (notice, id) =>
        notice.type === 'graph' && notice.graph === id ? notice.version : null,
      beside: (meta, id) => this.#draw(meta, id, window()),
    });
  }

  /** Reads the series for what is shown, where they may differ from those at hand. */
  async #draw(meta: GraphMeta, graph: number, { rangeMs, width }: Window): Promise<void> {
    const wanted = `${meta.version} ${rangeMs} ${width}`;
    if (width > 0 && wanted !== this.#have) {
      // A little more than is shown, for the value that holds into the window.
      const fromMs = Math.round(meta.nowMs - rangeMs * 1.02);
      const ask = { graph, fromMs, toMs: meta.nowMs, width };
      const series = decodeSeries(await rpc('graph_series', ask));
      if (this.closed) return;
      this.series = series;
      this.#have = wanted;
      this.drawn = true;
    }
    this.ahead = meta.nowMs - Date.now();
  }
}
