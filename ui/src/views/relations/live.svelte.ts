// What an object has to do with others, followed while it is shown.

import { asWireError, onNotice, rpc, type Unsubscribe } from '../../host';
import { Puller, type Landed } from '../../table/pull';
import type { Relations, WireError } from '../../wire';
import type { ObjectKey } from '../contract';

/** The relations of one object. */
export class LiveRelations {
  /** Null until the first answer. */
  found = $state.raw<Relations | null>(null);
  /** Why they could not be opened or read. */
  error = $state.raw<WireError | null>(null);

  readonly #cluster: string;
  readonly #object: ObjectKey;
  #id: number | null = null;
  #closed = false;
  #puller: Puller | null = null;
  #unsubscribe: Unsubscribe | null = null;

  constructor(cluster: string, object: ObjectKey) {
    this.#cluster = cluster;
    this.#object = object;
    void this.#open();
  }

  /** Tries to open again after a failure. */
  retry(): void {
    this.#release();
    this.error = null;
    void this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #release(): void {
    this.#puller?.stop();
    this.#unsubscribe?.();
    // Fails only when it is closed already.
    if (this.#id !== null) rpc('close_relations', { id: this.#id }).catch(() => undefined);
    this.#id = null;
  }

  async #open(): Promise<void> {
    try {
      const { relations } = await rpc('open_relations', {
        cluster: this.#cluster,
        ...this.#object,
      });
      this.#id = relations;
      if (this.#closed) return this.close();
      const puller = new Puller(
        () => this.#pull(),
        async () => (await this.#ask())?.version ?? null,
      );
      this.#puller = puller;
      this.#unsubscribe = onNotice((notice) => {
        if (notice.type === 'relations' && notice.relations === relations) {
          puller.notice(notice.version);
        }
      });
      puller.want();
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
    }
  }

  async #pull(): Promise<Landed | null> {
    const answer = await this.#ask();
    if (!answer) return null;
    this.found = answer;
    return { version: answer.version, nextTickMs: null };
  }

  async #ask(): Promise<Relations | null> {
    if (this.#id === null || document.hidden) return null;
    try {
      const answer = await rpc('relations', { id: this.#id });
      this.error = null;
      return this.#closed ? null : answer;
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
      return null;
    }
  }
}
