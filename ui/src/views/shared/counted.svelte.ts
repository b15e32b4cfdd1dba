// Figures above a table, which the backend counts and nothing tells of.

import { untrack } from 'svelte';

import { asWireError } from '../../host';

/** Asked at once, once more when the table's list is likely there, then every so often while the page is in front. */
export class Counted<T> {
  content = $state.raw<T | null>(null);
  problem = $state('');
  #closed = false;
  readonly #timers: ReturnType<typeof setTimeout>[];

  /** `before` is shown until the first answer. */
  constructor(ask: () => Promise<T>, everyMs: number, before: T | null) {
    this.content = before;
    const pull = async () => {
      if (document.hidden) return;
      try {
        const answer = await ask();
        if (!this.#closed) [this.content, this.problem] = [answer, ''];
      } catch (thrown) {
        if (!this.#closed) this.problem = asWireError(thrown).message;
      }
    };
    // Where one is made: what asking reads is not what it depends on.
    untrack(() => void pull());
    this.#timers = [setTimeout(() => void pull(), SOON), setInterval(() => void pull(), everyMs)];
  }

  close(): void {
    this.#closed = true;
    this.#timers.forEach(clearTimeout);
  }
}

/** ms */
const SOON = 700;
