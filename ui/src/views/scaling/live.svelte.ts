// The graph of one autoscaler, followed while it is shown.

import { decodeSeries, emptySeries, type SeriesData } from '../../graph/decode';
import { asWireError, onNotice, rpc } from '../../host';
import { Puller, type Landed } from '../../table/pull';
import type { GraphMeta, WireError } from '../../wire';
import type { ObjectKey } from '../contract';

/** What the page asks series for. */
export interface Window {
  /** Length of time shown, ms. */
  rangeMs: number;
  /** Of the plots, in device pixels. */
  width: number;
}

/** What the page knows of one autoscaler. */
export class LiveGraph {
  /** Null until the first answer. */
  meta = $state.raw<GraphMeta | null>(null);
  series = $state.raw<SeriesData>(emptySeries(0));
  /** Whether series were read for what is shown. */
  drawn = $state(false);
  error = $state.raw<WireError | null>(null);
  /** By how much the backend's clock is ahead of this window's, ms. */
  ahead = $state(0);

  #id: number | null = null;
  #closed = false;
  #puller: Puller | null = null;
  #unsubscribe: (() => void) | null = null;
  #have = '';

  constructor(
    private readonly cluster: string,
    private readonly target: ObjectKey,
    private readonly window: () => Window,
  ) {
    void this.#open();
  }

  /** The range or the width changed. */
  want(): void {
    this.#puller?.want();
  }

  /** Tries to open again after a failure. */
  retry(): void {
    this.error = null;
    void this.#open();
  }

  /** Stops following. */
  close(): void {
    this.#closed = true;
    this.#puller?.stop();
    this.#unsubscribe?.();
    // Fails only when it is closed already.
    if (this.#id !== null) rpc('close_graph', { id: this.#id }).catch(() => undefined);
    this.#id = null;
  }

  async #open(): Promise<void> {
    try {
      const { graph } = await rpc('open_graph', { cluster: this.cluster, ...this.target });
      this.#id = graph;
      if (this.#closed) return this.close();
      const puller = new Puller(
        () => this.#pull(),
        async () => (await this.#ask())?.version ?? null,
      );
      this.#puller = puller;
      this.#unsubscribe = onNotice((notice) => {
        if (notice.type === 'graph' && notice.graph === graph) puller.notice(notice.version);
      });
      puller.want();
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
    }
  }

  async #pull(): Promise<Landed | null> {
    const meta = await this.#ask();
    if (!meta || this.#id === null) return null;
    const { rangeMs, width } = this.window();
    const wanted = `${meta.version} ${rangeMs} ${width}`;
    if (width > 0 && wanted !== this.#have) {
      try {
        // A little more than is shown, for the value that holds into the window.
        const fromMs = Math.round(meta.nowMs - rangeMs * 1.02);
        const ask = { graph: this.#id, fromMs, toMs: meta.nowMs, width };
        const series = decodeSeries(await rpc('graph_series', ask));
        if (this.#closed) return null;
        this.series = series;
        this.#have = wanted;
        this.drawn = true;
      } catch (thrown) {
        if (!this.#closed) this.error = asWireError(thrown);
        return null;
      }
    }
    this.meta = meta;
    this.ahead = meta.nowMs - Date.now();
    return { version: meta.version, nextTickMs: null };
  }

  async #ask(): Promise<GraphMeta | null> {
    if (this.#id === null || document.hidden) return null;
    try {
      const meta = await rpc('graph', { id: this.#id });
      this.error = null;
      return this.#closed ? null : meta;
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
      return null;
    }
  }
}
