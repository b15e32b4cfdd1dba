// What the start page is told: pulled when told of news, when the window is looked at, now and then.

import { asWireError, onNotice, rpc } from '../host';
import { Refresh } from '../kit/refresh';
import { freshStep, NOTHING_FRESH, touched } from '../views/start/fresh';
import type { ContextEntry, StartPage, WireError } from '../wire';

/** A lost notice is healed after this long while the page is on screen. */
const CHECK_MS = 10_000;

/** A source that was just opened. */
export interface Shown {
  source: string;
  /** It was there when the window's page began: no reason to leave what is on screen. */
  first: boolean;
}

class Contexts {
  page = $state.raw<StartPage | null>(null);
  /** Why it could not be read. */
  problem = $state.raw<WireError | null>(null);
  /** Files are held over the window. */
  dragging = $state(false);
  /** The source to bring into sight; another object each time. */
  shown = $state.raw<Shown | null>(null);

  #freshness = $state.raw(NOTHING_FRESH);
  #byId = $derived(new Map(this.page?.contexts.map((one) => [one.id, one])));
  readonly #refresh = new Refresh(() => this.#read());

  /** Sources opened and not yet touched. */
  get marked(): ReadonlySet<string> {
    return this.#freshness.marked;
  }

  /** Reads now and whenever there is news; answers how to stop. */
  follow(isOnScreen: () => boolean): () => void {
    const want = () => void this.#refresh.want();
    want();
    const stop = onNotice((notice) => {
      if (notice.type === 'start') want();
      else if (notice.type === 'dragging') this.dragging = notice.over;
    });
    window.addEventListener('focus', want);
    const checks = setInterval(() => {
      if (isOnScreen() && !document.hidden) want();
    }, CHECK_MS);
    return () => {
      stop();
      window.removeEventListener('focus', want);
      clearInterval(checks);
    };
  }

  read(): Promise<void> {
    return this.#refresh.want();
  }

  /** A context of the page; `undefined` once its file changed or is gone. */
  entry(id: string): ContextEntry | undefined {
    return this.#byId.get(id);
  }

  /** What a person calls a context; empty for one that is gone. */
  nameOf(id: string): string {
    if (this.isDemo(id)) return this.page?.demo.name ?? '';
    return this.entry(id)?.name ?? '';
  }

  /** Whether it is the demo cluster's. */
  isDemo(id: string): boolean {
    return this.page?.demo.context === id;
  }

  /** Of a context, what can be set. */
  settable(id: string) {
    const { page } = this;
    if (!page || !this.isDemo(id)) return this.entry(id);
    const { name, server, settings } = page.demo;
    return { id, name, server, namespace: '', settings };
  }

  /** The person did something with a source: it is no longer marked. */
  touch(source: string): void {
    this.#freshness = touched(this.#freshness, source);
  }

  async #read(): Promise<void> {
    try {
      const page = await rpc('start', null);
      const { show, after } = freshStep(this.#freshness, page.sources);
      const first = this.page === null;
      this.page = page;
      this.problem = null;
      this.#freshness = after;
      if (show !== null) this.shown = { source: show, first };
    } catch (thrown) {
      this.problem = asWireError(thrown);
    }
  }
}

export const contexts = new Contexts();
