// What the graph of an autoscaler draws, made anew only where what it is made from changed.

import type { GraphFlag } from '../../graph/plot';
import { valueAt } from '../../graph/sample';
import { clock } from '../../graph/ticks';
import type { LiveGraph } from './live.svelte';
import { bandsOf, foreseenOf } from './marks';
import { lanesOf, readings } from './plots';

/** What the recorder has, or the demo's day, comes after what is seen. */
const READING = 'reading what was seen before';

/** Of one graph, with the instant looked at and the present; Unix ms. */
export class Drawn {
  readonly #live: () => LiveGraph | null;
  readonly #kind: () => string;
  readonly #cursor: () => number | null;
  readonly #edge: () => number;

  constructor(
    live: () => LiveGraph | null,
    kind: () => string,
    cursor: () => number | null,
    edge: () => number,
  ) {
    this.#live = live;
    this.#kind = kind;
    this.#cursor = cursor;
    this.#edge = edge;
  }

  readonly #meta = $derived.by(() => this.#live()?.content ?? null);
  readonly #marks = $derived.by(() => this.#live()?.marks ?? null);
  readonly #holds = $derived(this.#meta?.state.phase === 'live' && !this.#meta.deleted);

  /** Until when the last values are known to hold; 0 is not beyond their points. */
  readonly heldTo = $derived.by(() => (this.#holds ? this.#edge() : 0));
  // One object per set of lanes, so that plots are not made anew at each tick.
  readonly lanes = $derived.by(() =>
    this.#meta && this.#marks ? lanesOf(this.#meta.lanes, this.#marks, this.#kind()) : [],
  );
  readonly bands = $derived(bandsOf(this.#marks?.bands ?? []));
  readonly foreseen = $derived(this.#holds && this.#marks ? foreseenOf(this.#marks) : []);
  readonly flags = $derived<GraphFlag[]>(
    (this.#meta?.flags ?? []).map(({ atMs, label, text, tone }) => ({
      at: atMs,
      label,
      text,
      tone,
    })),
  );
  readonly seen = $derived(
    (this.#meta?.seen ?? []).map(({ fromMs, toMs }) => ({ from: fromMs, to: toMs })),
  );
  readonly seenNote = $derived.by(() => {
    const first = this.seen[0];
    if (!this.#meta || !first) return this.#meta?.recalling ? READING : 'not recording yet';
    const known =
      this.#meta.knownFromMs < first.from ? 'before that from events and ReplicaSets' : '';
    const before = this.#meta.recalling ? READING : known;
    return [`recording since ${clock(first.from, true)}`, before].filter(Boolean).join('; ');
  });

  /** The values at the instant looked at. */
  readonly list = $derived.by(() => {
    const live = this.#live();
    const at = this.#cursor();
    if (!this.#meta || !live) return [];
    const { series } = live;
    const { heldTo } = this;
    return readings(
      this.#meta.lanes,
      at === null ? null : (index) => valueAt(series, index, at / 1000, heldTo / 1000),
    );
  });

  /** Nothing was seen in the time shown. */
  readonly nothing = $derived.by(() => {
    const live = this.#live();
    return (
      live?.drawn === true && live.series.values.every((row) => row.every((one) => isNaN(one)))
    );
  });
}
