// Something of the backend's that is followed while it is shown: opened, pulled when a notice says it changed, closed.

import { asWireError, onNotice, type Unsubscribe } from '../../host';
import { Puller } from '../../table/pull';
import type { Notice, WireError } from '../../wire';

/** How one sort of thing is followed. */
export interface Ways<T> {
  open: () => Promise<number>;
  read: (id: number) => Promise<T>;
  close: (id: number) => Promise<unknown>;
  /** The version a notice tells of this thing; `null` for all other notices. */
  told: (notice: Notice, id: number) => number | null;
  /** When it differs though no notice tells, in ms; `null` for never. */
  ticks?: (content: T) => number | null;
  /** What comes with it, read before it is shown. */
  beside?: (content: T, id: number) => Promise<void>;
}

/** What is known of one thing. */
export class Followed<T extends { version: number }> {
  /** Null until the first answer; what was last known stays. */
  content = $state.raw<T | null>(null);
  /** Why it could not be opened or read. */
  error = $state.raw<WireError | null>(null);

  readonly #ways: Ways<T>;
  #id: number | null = null;
  #closed = false;
  #paused = false;
  /** Counts openings, so that one that was given up is closed when it comes. */
  #turn = 0;
  #puller: Puller | null = null;
  #unsubscribe: Unsubscribe | null = null;

  constructor(ways: Ways<T>) {
    this.#ways = ways;
    void this.#open();
  }

  /** Its id in commands; fails while it is not open. */
  get id(): number {
    if (this.#id === null) throw { code: 'gone', message: 'The object is not open.', detail: '' };
    return this.#id;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Something that decides what is read has changed. */
  want(): void {
    this.#puller?.want();
  }

  /** Tries to open again after a failure. */
  retry(): void {
    this.#release();
    this.error = null;
    void this.#open();
  }

  /** Nobody looks: lets go of it, and takes it up again when somebody does. What was last known stays. */
  setVisible(visible: boolean): void {
    if (this.#closed || visible !== this.#paused) return;
    this.#paused = !visible;
    if (visible) void this.#open();
    else this.#release();
  }

  /** Stops following. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  #release(): void {
    this.#turn += 1;
    this.#puller?.stop();
    this.#unsubscribe?.();
    this.#puller = null;
    this.#unsubscribe = null;
    // Fails only when it is closed already.
    if (this.#id !== null) this.#ways.close(this.#id).catch(() => undefined);
    this.#id = null;
  }

  async #open(): Promise<void> {
    const turn = (this.#turn += 1);
    try {
      const id = await this.#ways.open();
      if (turn !== this.#turn) {
        this.#ways.close(id).catch(() => undefined);
        return;
      }
      this.#id = id;
      const puller = new Puller(
        async () => {
          const content = await this.#ask();
          return content && (await this.#take(content, id));
        },
        async () => (await this.#ask())?.version ?? null,
      );
      this.#puller = puller;
      this.#unsubscribe = onNotice((notice) => {
        const version = this.#ways.told(notice, id);
        if (version !== null) puller.notice(version);
      });
      puller.want();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  async #take(
    content: T,
    id: number,
  ): Promise<{ version: number; nextTickMs: number | null } | null> {
    try {
      await this.#ways.beside?.(content, id);
    } catch (thrown) {
      this.#fail(thrown);
      return null;
    }
    if (this.#closed || this.#id !== id) return null;
    this.content = content;
    return { version: content.version, nextTickMs: this.#ways.ticks?.(content) ?? null };
  }

  async #ask(): Promise<T | null> {
    const id = this.#id;
    if (id === null || document.hidden) return null;
    try {
      const content = await this.#ways.read(id);
      if (this.#closed || this.#id !== id) return null;
      this.error = null;
      return content;
    } catch (thrown) {
      if (this.#id === id) this.#fail(thrown);
      return null;
    }
  }

  #fail(thrown: unknown): void {
    if (!this.#closed) this.error = asWireError(thrown);
  }
}
