// Where the lines of the time axis stand, with the words beside them.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map(
  (minutes) => minutes * MINUTE,
);

/** One line of the time axis. */
export interface Tick {
  /** Unix ms. */
  at: number;
  label: string;
}

/** Milliseconds by which local time is ahead of UTC at `at`. */
export type ZoneOffset = (at: number) => number;

const localOffset: ZoneOffset = (at) => -new Date(at).getTimezoneOffset() * MINUTE;

const two = (value: number) => String(value).padStart(2, '0');

/** `14:03`, or `14:03:12` with seconds, in the zone of `offset`. */
export function clock(at: number, seconds: boolean, offset: ZoneOffset = localOffset): string {
  const shifted = new Date(at + offset(at));
  const minutes = `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`;
  return seconds ? `${minutes}:${two(shifted.getUTCSeconds())}` : minutes;
}

/** Round local times between `from` and `to` (Unix ms), at least `spacing` pixels apart. */
export function timeTicks(
  from: number,
  to: number,
  width: number,
  spacing = 84,
  offset: ZoneOffset = localOffset,
): Tick[] {
  if (!(to > from) || !(width > 0)) return [];
  const least = ((to - from) / width) * spacing;
  const step = STEPS.find((candidate) => candidate >= least) ?? DAY * Math.ceil(least / DAY);
  const ticks: Tick[] = [];
  const base = offset(from);
  for (let wall = Math.ceil((from + base) / step) * step; ; wall += step) {
    // A change of the clock inside the range moves the later ticks to round local times again.
    const at = wall - offset(wall - base);
    if (at > to) return ticks;
    if (at >= from) ticks.push({ at, label: clock(at, false, offset) });
  }
}
