// A container's log, followed while it is shown: the few lines on screen and how the rest stands.

import { asWireError, onNotice, rpc } from '../../host';
import type { LineRange } from '../../logs/window';
import { Puller, type Landed } from '../../table/pull';
import type { LogWindow, OpenLog, WireError } from '../../wire';

/** The most lines one answer holds. */
const MOST = 500;

/** What the pane knows of one open log. */
export class LiveLog {
  containers = $state.raw<string[]>([]);
  container = $state('');
  /** The last answer; its lines are those on screen. */
  window = $state.raw<LogWindow | null>(null);
  error = $state.raw<WireError | null>(null);

  #id: number | null = null;
  #closed = false;
  #puller: Puller | null = null;
  #unsubscribe: (() => void) | null = null;

  /**
   * @param wanted the lines on screen; `tail` asks for the newest `count` instead
   * @param shown called after new lines were put in place
   */
  constructor(
    private readonly ask: OpenLog,
    private readonly wanted: () => LineRange & { tail: boolean },
    private readonly shown: () => void,
  ) {
    void this.#open();
  }

  /** Other lines are on screen now. */
  want(): void {
    this.#puller?.want();
  }

  /** Tries to open again after a failure. */
  retry(): void {
    this.#puller?.stop();
    this.#unsubscribe?.();
    if (this.#id !== null) rpc('close_log', { id: this.#id }).catch(() => undefined);
    this.#id = null;
    this.error = null;
    this.window = null;
    void this.#open();
  }

  /** Stops following. */
  close(): void {
    this.#closed = true;
    this.#puller?.stop();
    this.#unsubscribe?.();
    // Fails only when it is closed already.
    if (this.#id !== null) rpc('close_log', { id: this.#id }).catch(() => undefined);
    this.#id = null;
  }

  async #open(): Promise<void> {
    try {
      const opened = await rpc('open_log', this.ask);
      this.#id = opened.log;
      if (this.#closed) return this.close();
      this.containers = opened.containers;
      this.container = opened.container;
      const puller = new Puller(
        () => this.#pull(),
        async () => (await this.#lines(0, 0, false))?.version ?? null,
      );
      this.#puller = puller;
      this.#unsubscribe = onNotice((notice) => {
        if (notice.type === 'log' && notice.log === opened.log) puller.notice(notice.version);
      });
      puller.want();
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
    }
  }

  async #pull(): Promise<Landed | null> {
    const { from, count, tail } = this.wanted();
    const answer = await this.#lines(from, Math.min(MOST, count), tail);
    if (!answer) return null;
    this.window = answer;
    this.shown();
    return { version: answer.version, nextTickMs: null };
  }

  async #lines(from: number, count: number, tail: boolean): Promise<LogWindow | null> {
    if (this.#id === null || document.hidden) return null;
    try {
      const answer = await rpc('log_lines', { log: this.#id, from, count, tail });
      this.error = null;
      return this.#closed ? null : answer;
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
      return null;
    }
  }
}
