// What is looked at: which stretch of time, which instant of it, and whether that stays.

import { edgesOf, panned, type Viewport, zoomed } from '../../graph/viewport';
import type { Wish } from './keys';

/** Where the page is in time. All times are Unix ms. */
export class TimeView {
  /** Null until the user chose; then what is known decides. */
  chosen = $state.raw<Viewport | null>(null);
  #hover = $state.raw<number | null>(null);
  #pin = $state.raw<number | null>(null);

  constructor(
    /** The range shown until the user chooses. */
    private readonly usual: () => number,
    private readonly edge: () => number,
    private readonly known: () => number,
    /** Width of the plots in CSS pixels. */
    private readonly width: () => number,
  ) {}

  get viewport(): Viewport {
    return this.chosen ?? { type: 'live', range: this.usual() };
  }

  get edges(): { from: number; to: number } {
    return edgesOf(this.viewport, this.edge());
  }

  /** The instant looked at; null is the present. What is pinned stays, wherever the pointer is. */
  get cursor(): number | null {
    return this.#pin ?? this.#hover;
  }

  get isPinned(): boolean {
    return this.#pin !== null;
  }

  /** The present is shown and looked at. */
  get isLive(): boolean {
    return this.viewport.type === 'live' && this.#pin === null;
  }

  readonly hover = (at: number | null): void => {
    this.#hover = at;
  };

  readonly pin = (at: number | null): void => {
    this.#pin = at === null || at >= this.edge() ? null : at;
    if (this.#pin === null) this.#hover = null;
  };

  readonly live = (): void => {
    this.pin(null);
    this.chosen = { type: 'live', range: this.viewport.range };
  };

  readonly range = (ms: number): void => {
    this.chosen = { type: 'live', range: ms };
  };

  readonly reset = (): void => {
    this.pin(null);
    this.chosen = null;
  };

  readonly zoom = (factor: number, at: number): void => {
    this.chosen = zoomed(this.viewport, this.edge(), this.known(), factor, at);
  };

  readonly pan = (ms: number): void => {
    this.chosen = panned(this.viewport, this.edge(), this.known(), ms);
  };

  /** Does what the keyboard wishes. */
  does(wish: Exclude<Wish, { type: 'table' }>): void {
    const { from, to } = this.edges;
    const end = Math.min(to, this.edge());
    switch (wish.type) {
      case 'step':
        this.#step(((to - from) / Math.max(1, this.width())) * wish.by);
        break;
      case 'first':
        this.pin(from);
        break;
      case 'live':
        this.live();
        break;
      case 'zoom':
        this.zoom(wish.factor, this.#pin ?? end);
        break;
      case 'page':
        this.pan(this.viewport.range * wish.by);
        break;
    }
  }

  /** Moves what is pinned; the stretch follows where it leaves it. */
  #step(by: number): void {
    const { from, to } = this.edges;
    const at = (this.cursor ?? Math.min(to, this.edge())) + by;
    this.pin(at);
    if (at < from) this.pan(at - from);
    else if (at > to) this.pan(at - to);
  }
}
