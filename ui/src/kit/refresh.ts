// Reading again when told of news: one reading at a time, and what was told during one is never lost.

/** Reads when wanted; a wish during a reading is one more reading after it. */
export class Refresh {
  #reading = false;
  #again = false;
  readonly #read: () => Promise<void>;

  /** `read` says its failures itself; one that it throws is thrown on, and reading goes on. */
  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  /** Answers when everything known by now has been read. */
  async want(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#again = false;
        await this.#read();
      } while (this.#again);
    } finally {
      this.#reading = false;
      if (this.#again) void this.want();
    }
  }
}
