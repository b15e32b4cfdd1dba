// Where the user was: back and forward, as in a browser.

/** Places in the order they were visited. */
export class Visited<T> {
  #places: T[];
  #at = 0;

  constructor(
    first: T,
    private readonly same: (a: T, b: T) => boolean,
    private readonly most = 100,
  ) {
    this.#places = [first];
  }

  get now(): T {
    return this.#places[this.#at] as T;
  }

  get canBack(): boolean {
    return this.#at > 0;
  }

  get canForward(): boolean {
    return this.#at < this.#places.length - 1;
  }

  /** Somewhere else: what was forward from here is forgotten. */
  go(place: T): void {
    if (this.same(place, this.now)) {
      this.#places[this.#at] = place;
      return;
    }
    this.#places = [...this.#places.slice(0, this.#at + 1), place].slice(-this.most);
    this.#at = this.#places.length - 1;
  }

  /** The place before this one. */
  back(): T {
    if (this.canBack) this.#at -= 1;
    return this.now;
  }

  /** The place that {@link back} came from. */
  forward(): T {
    if (this.canForward) this.#at += 1;
    return this.now;
  }
}
