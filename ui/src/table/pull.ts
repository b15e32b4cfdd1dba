// When to pull rows: at once while nothing is in flight, else once more on the frame after it landed. Nothing is lost.
// A single want does not wait for a frame: that would cost each ticking age a frame of its own, and each change its time.

/** Where the scheduler stands. `again` is in flight with something newer already wanted. */
export type PullState = 'idle' | 'framed' | 'flying' | 'again' | 'stopped';

/** What happens to it. */
export type PullInput = 'want' | 'frame' | 'landed' | 'stop';

/** What it asks for. */
export type PullOutput = 'requestFrame' | 'pull' | null;

/** One step of the scheduler. */
export function pullStep(state: PullState, input: PullInput): [PullOutput, PullState] {
  if (input === 'stop' || state === 'stopped') return [null, 'stopped'];
  switch (input) {
    case 'want':
      if (state === 'idle') return ['pull', 'flying'];
      return [null, state === 'flying' ? 'again' : state];
    case 'frame':
      return state === 'framed' ? ['pull', 'flying'] : [null, state];
    case 'landed':
      if (state === 'again') return ['requestFrame', 'framed'];
      return [null, state === 'flying' ? 'idle' : state];
  }
}

/** The clock and the frame, replaceable in tests. */
export interface Clock {
  now(): number;
  frame(callback: () => void): void;
  later(callback: () => void, ms: number): () => void;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  frame: (callback) => void requestAnimationFrame(callback),
  later(callback, ms) {
    const id = setTimeout(callback, ms);
    return () => clearTimeout(id);
  },
};

/** What a pull tells the scheduler. */
export interface Landed {
  /** Version of what was pulled. */
  version: number;
  /** Pull again after so many ms though nothing changed; `null` for never. */
  nextTickMs: number | null;
}

/** A lost notice is healed after this long. Asking oftener would be most of what an idle window does. */
export const CHECK_MS = 10_000;

/** No age ticks faster than this. */
const SHORTEST_TICK_MS = 50;

/** Pulls when told of news, when an age ticks and, to heal a lost notice, every few seconds. */
export class Puller {
  #state: PullState = 'idle';
  #version = -1;
  #noticed: number | null = null;
  #cancelTick: (() => void) | null = null;
  #cancelCheck: (() => void) | null = null;

  /**
   * @param pull fetches and applies what is on screen; must not reject
   * @param check asks only for the version; `null` when it could not be learned
   */
  constructor(
    private readonly pull: () => Promise<Landed | null>,
    private readonly check: () => Promise<number | null>,
    private readonly clock: Clock = browserClock,
  ) {
    this.#armCheck();
  }

  /** Something other than the data changed: the range, the filter. */
  want(): void {
    this.#step('want');
  }

  /** The backend says there is `version`. */
  notice(version: number): void {
    if (version <= this.#version) return;
    this.#noticed ??= this.clock.now();
    this.want();
  }

  /** When the oldest news not yet shown arrived. */
  get noticedAt(): number | null {
    return this.#noticed;
  }

  /** No pull comes after this. */
  stop(): void {
    this.#step('stop');
    this.#cancelTick?.();
    this.#cancelCheck?.();
  }

  #step(input: PullInput): void {
    const [output, state] = pullStep(this.#state, input);
    this.#state = state;
    switch (output) {
      case 'requestFrame':
        this.clock.frame(() => this.#step('frame'));
        break;
      case 'pull':
        void this.#fly();
        break;
      case null:
        break;
    }
  }

  async #fly(): Promise<void> {
    this.#cancelTick?.();
    this.#cancelTick = null;
    const landed = await this.pull();
    if (this.#isStopped()) return;
    if (landed) {
      this.#version = landed.version;
      this.#noticed = null;
      if (landed.nextTickMs !== null) {
        const ms = Math.max(SHORTEST_TICK_MS, landed.nextTickMs);
        this.#cancelTick = this.clock.later(() => this.want(), ms);
      }
    }
    this.#armCheck();
    this.#step('landed');
  }

  // A method, for the state may change during an await.
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #armCheck(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = this.clock.later(() => void this.#runCheck(), CHECK_MS);
  }

  async #runCheck(): Promise<void> {
    if (this.#state === 'idle') {
      const version = await this.check();
      if (this.#isStopped()) return;
      if (version !== null && version !== this.#version) this.want();
    }
    this.#armCheck();
  }
}
