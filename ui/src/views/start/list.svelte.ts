// The long list's state: where each line stands, which are on screen, which has the keyboard.

import { changedMap, NO_ENTRIES, placesOf } from '../../kit/maps';
import { rangeIn, scrollToShow, topsOf } from './places';
import type { ContextItem, Item } from './items';

/** Heights before a line was measured, in CSS pixels. */
function estimate(item: Item): number {
  switch (item.type) {
    case 'source':
      return 45 + (item.source.problem ? 52 : 0) + item.source.warnings.length * 25;
    case 'recent':
    case 'folders':
      return 45;
    case 'file':
    case 'nothing':
      return 28;
    case 'folder':
      return item.folder.problem ? 51 : 28;
    case 'context': {
      const lines = item.context.warnings.length + (item.context.access.type === 'broken' ? 1 : 0);
      return 28 + lines * 21;
    }
  }
}

/** Mounted beyond the sight on both sides, in CSS pixels. */
const BESIDE = 280;
/** Kept of the neighbours of the line that has the keyboard. */
const MARGIN = 28;

/** A line to mount. */
export interface Place {
  item: Item;
  at: number;
  top: number;
}

export class LongList {
  scrollTop = $state(0);
  viewport = $state(0);
  /** Key of the context that Tab reaches. */
  active = $state('');

  readonly #items: () => readonly Item[];
  #measured = $state.raw<ReadonlyMap<string, number>>(NO_ENTRIES);
  #tops = $derived.by(() =>
    topsOf(this.#items().map((item) => this.#measured.get(item.key) ?? estimate(item))),
  );
  #at = $derived.by(() => placesOf(this.#items().map((item) => item.key)));
  /** Contexts in their order. */
  contexts = $derived.by(() =>
    this.#items().filter((item): item is ContextItem => item.type === 'context'),
  );
  #place = $derived.by(() => placesOf(this.contexts.map((item) => item.key)));
  height = $derived(this.#tops.at(-1) ?? 0);
  /** The active line stays mounted wherever it is: it may have the focus. */
  places = $derived.by((): Place[] => {
    const items = this.#items();
    const range = rangeIn(this.#tops, this, BESIDE);
    const at = this.#at.get(this.active);
    const rows: number[] = [];
    for (let row = range.from; row < range.end; row += 1) rows.push(row);
    if (at !== undefined && at < range.from) rows.unshift(at);
    else if (at !== undefined && at >= range.end) rows.push(at);
    return rows.flatMap((row) => {
      const item = items[row];
      return item ? [{ item, at: row, top: this.#tops[row] ?? 0 }] : [];
    });
  });

  constructor(items: () => readonly Item[]) {
    this.#items = items;
  }

  /** Place among the contexts, from 0; -1 for what is none of them. */
  placeOf(key: string): number {
    return this.#place.get(key) ?? -1;
  }

  /** Takes measured heights; answers by how much what is in sight moved. */
  measure(heights: readonly (readonly [string, number])[]): number {
    let after = this.#measured;
    let moved = 0;
    for (const [key, height] of heights) {
      const at = this.#at.get(key);
      const item = at === undefined ? undefined : this.#items()[at];
      if (at === undefined || !item) continue;
      const before = after.get(key) ?? estimate(item);
      if (Math.abs(before - height) < 0.5) continue;
      if ((this.#tops[at] ?? 0) < this.scrollTop) moved += height - before;
      after = changedMap(after, key, height);
    }
    this.#measured = after;
    return moved;
  }

  /** Where to scroll for a line to be whole in sight; `null` for an unknown one. */
  toShow(key: string): number | null {
    const at = this.#at.get(key);
    return at === undefined ? null : scrollToShow(this.#tops, at, this, MARGIN);
  }

  /** Where to scroll for a line to be the first in sight; `null` for an unknown one. */
  toBegin(key: string): number | null {
    const at = this.#at.get(key);
    return at === undefined ? null : (this.#tops[at] ?? 0);
  }
}
