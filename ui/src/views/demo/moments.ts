// The demo cluster's day: where a time stands in it, and how it is told.

import { clock, type ZoneOffset } from '../../graph/ticks';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From where to where the slider goes, Unix ms. */
export interface Day {
  begin: number;
  present: number;
}

/** Place of `at` in the day, from 0 to 100, to a tenth: less is no pixel. */
export function placeOf(at: number, { begin, present }: Day): number {
  if (present <= begin) return 100;
  const share = (at - begin) / (present - begin);
  return Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
}

const localOffset: ZoneOffset = (at) => -new Date(at).getTimezoneOffset() * MINUTE;

/** A line on the slider. */
export interface HourTick {
  at: number;
  /** Written at every sixth hour, else empty. */
  label: string;
  /** Written also where there is little room. */
  isMain: boolean;
}

/** Every full local hour of the day. */
export function hourTicks({ begin, present }: Day, offset = localOffset): HourTick[] {
  const ticks: HourTick[] = [];
  const shift = offset(begin) % HOUR;
  for (let at = Math.ceil((begin + shift) / HOUR) * HOUR - shift; at <= present; at += HOUR) {
    const words = clock(at, false, offset);
    const hour = Number(words.slice(0, 2));
    ticks.push({ at, label: hour % 6 === 0 ? words : '', isMain: hour % 12 === 0 });
  }
  return ticks;
}

/** `21:03`, or `yesterday 21:03`, as seen from `present`. */
export function momentWords(at: number, present: number, offset = localOffset): string {
  const dayOf = (ms: number) => Math.floor((ms + offset(ms)) / DAY);
  const ago = dayOf(present) - dayOf(at);
  const words = clock(at, false, offset);
  if (ago === 0) return words;
  return ago === 1 ? `yesterday ${words}` : ago === -1 ? `tomorrow ${words}` : words;
}

/** How far a key moves the time, in ms, to either end, or not at all. */
export function stepOf(key: string): number | 'begin' | 'present' | null {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return -5 * MINUTE;
    case 'ArrowRight':
    case 'ArrowUp':
      return 5 * MINUTE;
    case 'PageDown':
      return -HOUR;
    case 'PageUp':
      return HOUR;
    case 'Home':
      return 'begin';
    case 'End':
      return 'present';
    default:
      return null;
  }
}
