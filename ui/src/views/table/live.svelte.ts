// A live table as the window holds it: the rows on screen and no others.

import { asWireError, onNotice, rpc, type Unsubscribe } from '../../host';
import { recordApplied } from '../../table/instrument';
import { Puller, type Landed } from '../../table/pull';
import type { Range } from '../../table/windowing';
import type {
  Column,
  FilterProblem,
  OpenView,
  Pick,
  RowOut,
  Rows,
  UpdateView,
  ViewState,
  WireError,
} from '../../wire';

/** Most rows one pull may ask for. */
const MOST_ROWS = 500;

type Changes = Omit<UpdateView, 'view'>;

/** One open view. */
export class LiveView {
  columns = $state.raw<readonly Column[]>([]);
  /** Rows after filtering. */
  matched = $state(0);
  /** Rows before filtering. */
  total = $state(0);
  /** Rows selected. */
  selected = $state(0);
  state = $state.raw<ViewState | null>(null);
  /** Why the view could not be opened, changed or read. */
  error = $state.raw<WireError | null>(null);
  /** What is wrong with the filter typed last. */
  filterProblem = $state.raw<FilterProblem | null>(null);
  /** Whether rows were pulled at least once. */
  loaded = $state(false);

  /** The rows pulled last; the first has index `from`. Written whole, never changed in place. */
  rows: readonly RowOut[] = [];
  from = 0;
  /** Called when `rows` were replaced. */
  onrows: () => void = () => undefined;

  #ask: OpenView;
  #id: number | null = null;
  #range: Range = { from: 0, count: 60 };
  #columnsVersion = 0;
  #visible = true;
  #closed = false;
  #puller: Puller | null = null;
  #unsubscribe: Unsubscribe | null = null;
  #pending: Changes | null = null;
  #updating: Promise<void> | null = null;
  /** What was pulled but is not yet in the DOM, and when its notice came. */
  #news: { version: number; noticedAt: number | null } | null = null;

  constructor(ask: OpenView) {
    this.#ask = ask;
    void this.#open();
  }

  /** Asks for other rows, if these are not there already. */
  show(range: Range): void {
    this.#range = { from: range.from, count: Math.min(range.count, MOST_ROWS) };
    this.#puller?.want();
  }

  /** Filters or sorts otherwise, or shows other namespaces. */
  update(changes: Changes): void {
    this.#ask = { ...this.#ask, ...changes };
    this.#pending = { ...this.#pending, ...changes };
    this.#sendPending();
  }

  /** Where an object's row is among those that this view shall show; null if it is not, or not yet. */
  async placeOf(namespace: string, name: string): Promise<number | null> {
    while (this.#updating) await this.#updating;
    if (this.#id === null) return null;
    try {
      return await rpc('place_of', { view: this.#id, namespace, name });
    } catch (thrown) {
      this.#fail(thrown);
      return null;
    }
  }

  /** Selects rows; the backend keeps which. */
  async select(pick: Pick): Promise<void> {
    if (this.#id === null) return;
    try {
      await rpc('select', { view: this.#id, pick });
      this.#puller?.want();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** The backend's id, while it is open. */
  get id(): number | null {
    return this.#id;
  }

  /** Hidden views are told nothing and pull nothing. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (this.#id === null) return;
    rpc('set_visible', { view: this.#id, visible }).catch((thrown) => this.#fail(thrown));
    if (visible) this.#puller?.want();
  }

  /** The rows pulled last are in the DOM. */
  applied(): void {
    if (this.#news) recordApplied(this.#news.version, this.#news.noticedAt);
    this.#news = null;
  }

  /** Opens the view anew after an error. */
  retry(): void {
    this.#release();
    this.error = null;
    this.state = null;
    this.loaded = false;
    void this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #release(): void {
    this.#puller?.stop();
    this.#unsubscribe?.();
    this.#puller = null;
    this.#unsubscribe = null;
    // Fails only when it is closed already.
    if (this.#id !== null) rpc('close_view', { id: this.#id }).catch(() => undefined);
    this.#id = null;
  }

  async #open(): Promise<void> {
    try {
      const opened = await rpc('open_view', $state.snapshot(this.#ask));
      if (this.#closed) {
        rpc('close_view', { id: opened.view }).catch(() => undefined);
        return;
      }
      this.#id = opened.view;
      this.#columnsVersion = 0;
      if (opened.columns.length > 0) this.columns = opened.columns;
      this.#pending = null;
      const puller: Puller = new Puller(
        () => this.#pull(puller),
        () => this.#check(),
      );
      this.#puller = puller;
      this.#unsubscribe = onNotice((notice) => {
        if (notice.type === 'view' && notice.view === this.#id) puller.notice(notice.version);
      });
      if (!this.#visible) await rpc('set_visible', { view: opened.view, visible: false });
      puller.want();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  async #pull(puller: Puller): Promise<Landed | null> {
    if (this.#id === null || !this.#visible) return null;
    const noticedAt = puller.noticedAt;
    try {
      const answer = await this.#rows(this.#range);
      if (puller !== this.#puller) return null;
      this.#news = { version: answer.version, noticedAt: this.#news?.noticedAt ?? noticedAt };
      this.#apply(answer);
      return { version: answer.version, nextTickMs: answer.nextTickMs };
    } catch (thrown) {
      if (puller === this.#puller) this.#fail(thrown);
      return null;
    }
  }

  /** Learns of a lost notice, and how the source fares, without moving rows. */
  async #check(): Promise<number | null> {
    if (this.#id === null || !this.#visible || document.hidden) return null;
    try {
      const answer = await this.#rows({ from: 0, count: 0 });
      this.#applyState(answer);
      return answer.version;
    } catch (thrown) {
      this.#fail(thrown);
      return null;
    }
  }

  #rows(range: Range): Promise<Rows> {
    return rpc('rows', {
      view: this.#id ?? 0,
      from: range.from,
      count: range.count,
      columnsVersion: this.#columnsVersion,
    });
  }

  #apply(answer: Rows): void {
    this.#applyState(answer);
    this.rows = answer.rows;
    this.from = answer.from;
    this.loaded = true;
    this.onrows();
  }

  #applyState(answer: Rows): void {
    if (answer.columns) this.columns = answer.columns;
    this.#columnsVersion = answer.columnsVersion;
    this.matched = answer.matched;
    this.total = answer.total;
    this.selected = answer.selected;
    this.error = null;
    this.filterProblem = answer.filterProblem;
    if (!sameState(this.state, answer.state)) this.state = answer.state;
  }

  #sendPending(): void {
    if (this.#updating || this.#id === null) return;
    this.#updating = this.#send().finally(() => (this.#updating = null));
  }

  async #send(): Promise<void> {
    try {
      while (this.#pending && this.#id !== null) {
        const changes = this.#pending;
        this.#pending = null;
        await rpc('update_view', { view: this.#id, ...changes });
        this.#puller?.want();
      }
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): void {
    if (!this.#closed) this.error = asWireError(thrown);
  }
}

function sameState(a: ViewState | null, b: ViewState): boolean {
  return (
    a !== null &&
    a.phase === b.phase &&
    a.why === b.why &&
    a.received === b.received &&
    a.expected === b.expected &&
    a.code === b.code &&
    a.lack?.command === b.lack?.command &&
    a.limitedTo.join() === b.limitedTo.join()
  );
}
