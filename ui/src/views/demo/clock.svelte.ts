// Which time it is in the demo cluster, from one telling to the next.

import { asWireError, onNotice, rpc } from '../../host';
import { problems } from '../../kit/problems.svelte';
import { Refresh } from '../../kit/refresh';
import type { DemoTime } from '../../wire';

/** Moved no oftener than this while a hand is at it, ms. */
const APART_MS = 300;

/** The clock of one demo cluster. */
export class DemoClock {
  /** As it was told last. */
  told = $state.raw<DemoTime | null>(null);
  /** Why it is not known, or was not moved. */
  problem = $state('');

  /** When it was told, and now, by this window's clock. */
  #toldAt = $state(0);
  #wall = $state(0);
  /** Where a hand holds it. */
  #held = $state<number | null>(null);

  readonly #cluster: string;
  readonly #refresh = new Refresh(() => this.#read());
  #moving = false;
  #wanted: number | null = null;

  #passed = $derived(Math.max(0, this.#wall - this.#toldAt));
  /** Its time, or the one that a hand holds it at, Unix ms. */
  now = $derived(this.#held ?? (this.told ? this.told.nowMs + this.#passed * this.told.rate : 0));
  day = $derived({
    begin: this.told?.beginMs ?? 0,
    present: Math.max((this.told?.presentMs ?? 0) + this.#passed, this.now),
  });
  isHeld = $derived(this.#held !== null);

  constructor(cluster: string) {
    this.#cluster = cluster;
  }

  /** Follows it; answers how to stop. */
  follow(): () => void {
    const want = () => void this.#refresh.want();
    want();
    const stop = onNotice((notice) => {
      if (notice.type === 'demo' && notice.cluster === this.#cluster) want();
    });
    // What is shown are minutes; at sixty times the pace one passes each second.
    const timer = setInterval(() => {
      if (!document.hidden) this.#wall = Date.now();
    }, 1000);
    // A clock of this computer that was set, and a notice that was lost, are healed when it is looked at.
    window.addEventListener('focus', want);
    return () => {
      stop();
      clearInterval(timer);
      window.removeEventListener('focus', want);
    };
  }

  async setRate(rate: number): Promise<void> {
    await this.#take(rpc('set_demo_rate', { cluster: this.#cluster, rate }));
  }

  async goToPresent(): Promise<void> {
    this.#wanted = null;
    await this.release();
    await this.#take(rpc('go_to_demo_time', { cluster: this.#cluster, toMs: null }));
  }

  /** A hand holds it there: it follows, a few times a second. */
  hold(at: number): void {
    if (at === this.#held) return;
    this.#held = at;
    this.#wanted = at;
    void this.#move();
  }

  /** The hand lets go: it goes on from where it was held last. */
  async release(): Promise<void> {
    while (this.#moving) await pause(20);
    this.#held = null;
  }

  /** One move at a time; of those that are wanted meanwhile the last. */
  async #move(): Promise<void> {
    if (this.#moving) return;
    this.#moving = true;
    while (this.#wanted !== null) {
      const toMs = Math.round(this.#wanted);
      this.#wanted = null;
      const began = Date.now();
      await this.#take(rpc('go_to_demo_time', { cluster: this.#cluster, toMs }));
      if (this.#wanted !== null) await pause(APART_MS - (Date.now() - began));
    }
    this.#moving = false;
  }

  async #read(): Promise<void> {
    await this.#take(rpc('demo_time', { cluster: this.#cluster }));
  }

  async #take(answer: Promise<DemoTime>): Promise<void> {
    try {
      const told = await answer;
      this.#toldAt = this.#wall = Date.now();
      this.told = told;
      this.problem = '';
    } catch (thrown) {
      this.problem = asWireError(thrown).message;
      problems.report(`The demo cluster’s time: ${this.problem}`);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
