// How wide columns are, from what they hold and from the room there is.

import type { Column } from '../wire';
import { MIN_WIDTH } from './columns';

/** Widths of one column in CSS pixels, narrowest first; between them it gives and takes. */
export interface Levels {
  /** Cut, but still of use. */
  floor: number;
  /** Wide enough for most of what it holds. */
  easy: number;
  /** Nothing is cut. */
  full: number;
  /** Share of the room that is left over: its width to begin with, 0 if it does not grow. */
  grow: number;
}

/** What decides a column's levels, besides the column. */
export interface Content {
  /** Width of its heading in CSS pixels, padding included. */
  heading: number;
  /** Width of its widest cell so far, padding included; null before there are cells. */
  widest: number | null;
  /** Whether its words are the row's state: read first, cut last. */
  marked: boolean;
  /** The user's own width. */
  chosen: number | undefined;
}

const FLOOR = 120;
const MARKED_FLOOR = 210;
/** A table that scrolls sideways anyway has no wider column of text than this, */
const EASIEST = 240;
/** nor than this share of its own width to begin with. */
const EASIEST_SHARE = 0.8;
const WIDEST = 900;

export function levelsOf(column: Column, content: Content): Levels {
  const { heading, widest, marked, chosen } = content;
  if (chosen !== undefined) return { floor: chosen, easy: chosen, full: chosen, grow: 0 };
  const held = Math.max(heading, widest ?? column.width, MIN_WIDTH);
  const full = Math.ceil(Math.min(held, WIDEST));
  if (column.align === 'end') return { floor: full, easy: full, full, grow: 0 };
  const easy = Math.min(full, Math.round(column.width * 1.25));
  const floor = Math.min(full, marked ? MARKED_FLOOR : FLOOR);
  return { floor, easy: Math.max(floor, easy), full, grow: column.width };
}

/** Widths that fill `available` pixels; their sum is larger only if not even the floors fit. */
export function fit(levels: readonly Levels[], available: number): number[] {
  const floors = levels.map((one) => one.floor);
  const easies = levels.map((one) => one.easy);
  const fulls = levels.map((one) => one.full);
  if (sum(fulls) <= available) {
    const spare = available - sum(fulls);
    const growing = levels.reduce((total, one) => total + one.grow, 0) || 1;
    return levels.map((one) => one.full + Math.floor((spare * one.grow) / growing));
  }
  const shares = levels.map((one) => one.grow);
  if (sum(easies) <= available) return between(easies, fulls, shares, available);
  if (sum(floors) <= available) return between(floors, easies, shares, available);
  return levels.map((one) => {
    const most =
      one.grow === 0 ? one.easy : Math.min(EASIEST, Math.round(one.grow * EASIEST_SHARE));
    return Math.max(one.floor, Math.min(one.easy, most));
  });
}

/**
 * Between two sets of widths: what is cut is widest for its share, so that short columns are whole and
 * those that began wide stay wider.
 */
function between(
  low: readonly number[],
  high: readonly number[],
  shares: readonly number[],
  available: number,
): number[] {
  const cut = (scale: number) =>
    low.map((width, at) => {
      const wanted = Math.floor((shares[at] ?? 0) * scale);
      return Math.max(width, Math.min(high[at] ?? width, wanted));
    });
  let fits = 0;
  let exceeds = WIDEST;
  for (let step = 0; step < 32; step += 1) {
    const middle = (fits + exceeds) / 2;
    if (sum(cut(middle)) <= available) fits = middle;
    else exceeds = middle;
  }
  return cut(fits);
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
