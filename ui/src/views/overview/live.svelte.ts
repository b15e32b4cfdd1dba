// The cluster page, followed while it is shown; what was last known stays while it is not.

import { asWireError, onNotice, rpc } from '../../host';
import { Puller, type Landed } from '../../table/pull';
import type { Overview, WireError } from '../../wire';

/** What the page knows of its cluster. */
export class LiveOverview {
  /** Null until the first answer. */
  content = $state.raw<Overview | null>(null);
  error = $state.raw<WireError | null>(null);

  #id: number | null = null;
  #closed = false;
  #puller: Puller | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(private readonly cluster: string) {
    void this.#open();
  }

  /** Tries to open again after a failure. */
  retry(): void {
    this.error = null;
    void this.#open();
  }

  /** Stops following: its watches are let go. */
  close(): void {
    this.#closed = true;
    this.#puller?.stop();
    this.#unsubscribe?.();
    // Fails only when it is closed already.
    if (this.#id !== null) rpc('close_overview', { id: this.#id }).catch(() => undefined);
    this.#id = null;
  }

  async #open(): Promise<void> {
    try {
      const { overview } = await rpc('open_overview', { cluster: this.cluster });
      this.#id = overview;
      if (this.#closed) return this.close();
      const pull = () => this.#pull();
      const puller = new Puller(pull, async () => (await this.#ask())?.version ?? null);
      this.#puller = puller;
      this.#unsubscribe = onNotice((notice) => {
        if (notice.type === 'overview' && notice.overview === overview) {
          puller.notice(notice.version);
        }
      });
      puller.want();
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
    }
  }

  async #pull(): Promise<Landed | null> {
    const content = await this.#ask();
    if (!content) return null;
    this.content = content;
    return { version: content.version, nextTickMs: content.nextTickMs };
  }

  async #ask(): Promise<Overview | null> {
    if (this.#id === null || document.hidden) return null;
    try {
      const content = await rpc('overview', { id: this.#id });
      this.error = null;
      return this.#closed ? null : content;
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
      return null;
    }
  }
}
