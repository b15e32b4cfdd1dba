// The drawer's object, followed while it is shown.

import { asWireError, onNotice, rpc } from '../../host';
import { Puller, type Landed } from '../../table/pull';
import type {
  Details,
  FieldOwner,
  PairKind,
  Pairs,
  Revealed,
  SecretKey,
  UsageHistory,
  WireError,
  Yaml,
} from '../../wire';
import type { ObjectKey } from '../contract';

/** What the drawer knows of one object. */
export class LiveDetails {
  /** Null until the first answer. */
  details = $state.raw<Details | null>(null);
  /** Why it could not be opened. */
  error = $state.raw<WireError | null>(null);

  #id: number | null = null;
  #closed = false;
  #puller: Puller | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(
    private readonly cluster: string,
    readonly object: ObjectKey,
  ) {
    void this.#open();
  }

  /** The object as YAML, as it is now. */
  async yaml(): Promise<Yaml> {
    return rpc('yaml', { id: this.#openId() });
  }

  /** Some of its labels or annotations. */
  async pairs(kind: PairKind, filter: string, from: number, count: number): Promise<Pairs> {
    return rpc('pairs', { id: this.#openId(), kind, filter, from, count });
  }

  /** Its CPU and memory so far, measured again if that is due. */
  async usage(): Promise<UsageHistory> {
    return rpc('usage_history', { id: this.#openId() });
  }

  /** Who set which of its fields last. */
  async fieldOwners(): Promise<FieldOwner[]> {
    return rpc('field_owners', { id: this.#openId() });
  }

  /** One value of a Secret, read now. Whoever asks lets go of it soon. */
  async reveal(secret: SecretKey): Promise<Revealed> {
    return rpc('reveal', { id: this.#openId(), secret });
  }

  /** Tries to open again after a failure. */
  retry(): void {
    this.error = null;
    void this.#open();
  }

  /** Stops following. */
  close(): void {
    this.#closed = true;
    this.#puller?.stop();
    this.#unsubscribe?.();
    // Fails only when it is closed already.
    if (this.#id !== null) rpc('close_details', { id: this.#id }).catch(() => undefined);
    this.#id = null;
  }

  #openId(): number {
    if (this.#id === null) throw { code: 'gone', message: 'The object is not open.', detail: '' };
    return this.#id;
  }

  async #open(): Promise<void> {
    try {
      const { details } = await rpc('open_details', { cluster: this.cluster, ...this.object });
      this.#id = details;
      if (this.#closed) return this.close();
      const puller = new Puller(
        () => this.#pull(),
        async () => (await this.#ask())?.version ?? null,
      );
      this.#puller = puller;
      this.#unsubscribe = onNotice((notice) => {
        if (notice.type === 'details' && notice.details === details) puller.notice(notice.version);
      });
      puller.want();
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
    }
  }

  async #pull(): Promise<Landed | null> {
    const answer = await this.#ask();
    if (!answer) return null;
    this.details = answer;
    return { version: answer.version, nextTickMs: answer.nextTickMs };
  }

  async #ask(): Promise<Details | null> {
    if (this.#id === null || document.hidden) return null;
    try {
      const answer = await rpc('details', { id: this.#id });
      this.error = null;
      return this.#closed ? null : answer;
    } catch (thrown) {
      if (!this.#closed) this.error = asWireError(thrown);
      return null;
    }
  }
}
