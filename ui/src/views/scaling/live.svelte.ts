// The graph of one autoscaler, followed while it is shown.

import { decodeSeries, emptySeries, type SeriesData } from '../../graph/decode';
import { rpc } from '../../host';
import type { Explained, GraphMeta, GraphTable, Marks } from '../../wire';
import type { ObjectKey } from '../contract';
import { Followed } from '../shared/followed.svelte';
import { NO_MARKS } from './marks';
import { covers, padded, type Stretch } from './stretch';

/** What the page asks series for. */
export interface Window extends Stretch {
  /** It ends at the present, and moves with it. */
  isLive: boolean;
  /** Of the plots, in device pixels. */
  width: number;
}

/** What the page knows of one autoscaler. */
export class LiveGraph extends Followed<GraphMeta> {
  series = $state.raw<SeriesData>(emptySeries(0));
  marks = $state.raw<Marks>(NO_MARKS);
  /** Whether series were read for what is shown. */
  drawn = $state(false);
  /** When {@link content} was told, by this window's clock. */
  #toldAt = $state(0);

  #have: { version: number; width: number; stretch: Stretch } | null = null;

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

  /** What the backend's clock shows when this window's shows `wall`. */
  presentAt(wall: number): number {
    const { content } = this;
    if (!content) return wall;
    return content.nowMs + Math.max(0, wall - this.#toldAt) * content.rate;
  }

  /** What is known of an instant, Unix ms; of the present for null. */
  explain(at: number | null): Promise<Explained> {
    return rpc('explain', { graph: this.id, atMs: at });
  }

  /** Everything in a stretch of time as a table. */
  table({ from, to }: Stretch): Promise<GraphTable> {
    return rpc('graph_table', { graph: this.id, fromMs: Math.round(from), toMs: Math.round(to) });
  }

  /** Whether what is at hand does not reach far enough for what is shown. */
  lacks(shown: Window): boolean {
    return this.#have === null || shown.width !== this.#have.width || !this.#reaches(shown);
  }

  #reaches(shown: Window): boolean {
    return this.#have !== null && covers(this.#have.stretch, shown);
  }

  /** Reads series and marks for what is shown, where they may differ from those at hand. */
  async #draw(meta: GraphMeta, graph: number, shown: Window): Promise<void> {
    const same = this.#have?.version === meta.version && this.#have.width === shown.width;
    if (shown.width > 0 && !(same && this.#reaches(shown))) {
      // What is shown is moved to the clock that was just told.
      const by = shown.isLive ? meta.nowMs - this.presentAt(Date.now()) : 0;
      const stretch = padded({ from: shown.from + by, to: shown.to + by });
      const span = { graph, fromMs: stretch.from, toMs: stretch.to };
      const [bytes, marks] = await Promise.all([
        rpc('graph_series', {
          ...span,
          toMs: Math.max(stretch.from, Math.min(stretch.to, meta.nowMs)),
          width: shown.width * 2,
        }),
        rpc('graph_marks', span),
      ]);
      if (this.closed) return;
      this.series = decodeSeries(bytes);
      this.marks = marks;
      this.#have = { version: meta.version, width: shown.width, stretch };
      this.drawn = true;
    }
    this.#toldAt = Date.now();
  }
}
