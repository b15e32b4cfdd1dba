// What the backend tells of one row of a table that stays open beside it.

import { untrack } from 'svelte';

import { asWireError, onNotice } from '../../host';
import { Refresh } from '../../kit/refresh';

/** Asked anew whenever a table changes, and every so often where `everyMs` says so. What was last told stays. */
export class Told<T> {
  content = $state.raw<T | null>(null);
  /** Why what is told is not how it is now. */
  problem = $state('');
  #closed = false;
  readonly #stop: () => void;

  /** `gone` is said where the row is there no more. */
  constructor(ask: () => Promise<T>, gone: string, everyMs: number | null = null) {
    const refresh = new Refresh(async () => {
      if (this.#closed || document.hidden) return;
      try {
        const answer = await ask();
        if (!this.#closed) [this.content, this.problem] = [answer, ''];
      } catch (thrown) {
        const { code, message } = asWireError(thrown);
        if (!this.#closed) this.problem = code === 'gone' && gone ? gone : message;
      }
    });
    const want = () => void refresh.want();
    // Where one is made: what asking reads is not what it depends on.
    untrack(want);
    const stop = onNotice((notice) => {
      if (notice.type === 'view') want();
    });
    const ticking = everyMs === null ? undefined : setInterval(want, everyMs);
    this.#stop = () => {
      stop();
      clearInterval(ticking);
    };
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }
}
