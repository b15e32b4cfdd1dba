// What is said of the instant looked at: asked for at most once a frame and one at a time; the last wish wins.

import { asWireError } from '../../host';
import type { Explained, WireError } from '../../wire';

/** Follows a cursor with answers. */
export class Explainer {
  /** The last answer; it stays until there is another. */
  answer = $state.raw<Explained | null>(null);
  /** Why the last one did not come. */
  error = $state.raw<WireError | null>(null);

  #wish: number | null = null;
  #state: 'idle' | 'framed' | 'flying' | 'again' | 'closed' = 'idle';

  constructor(
    private readonly ask: (at: number | null) => Promise<Explained>,
    private readonly frame = (run: () => void): void => void requestAnimationFrame(run),
  ) {}

  /** Of this instant, Unix ms; null is the present. */
  want(at: number | null): void {
    this.#wish = at === null ? null : Math.round(at);
    switch (this.#state) {
      case 'idle':
        this.#state = 'framed';
        this.frame(() => void this.#fly());
        break;
      case 'flying':
        this.#state = 'again';
        break;
      case 'framed':
      case 'again':
      case 'closed':
        break;
    }
  }

  /** Asks no more. */
  close(): void {
    this.#state = 'closed';
  }

  async #fly(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'flying';
    const wish = this.#wish;
    try {
      const answer = await this.ask(wish);
      if (!this.#isOver()) {
        this.answer = answer;
        this.error = null;
      }
    } catch (thrown) {
      if (!this.#isOver()) this.error = asWireError(thrown);
    }
    if (this.#isOver()) return;
    const again = this.#isBehind();
    this.#state = 'idle';
    if (again) this.want(this.#wish);
  }

  #isOver(): boolean {
    return this.#state === 'closed';
  }

  #isBehind(): boolean {
    return this.#state === 'again';
  }
}
