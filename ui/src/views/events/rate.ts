// Bars and words of events a minute.

import type { EventRate } from '../../wire';

/** One minute: heights in per cent of the busiest. */
export interface MinuteBar {
  warnings: number;
  normal: number;
}

/** A bar for each minute; what happened at all is seen. */
export function barsOf(rate: EventRate): MinuteBar[] {
  const sums = rate.normal.map((normal, at) => normal + (rate.warnings[at] ?? 0));
  const most = Math.max(1, ...sums);
  const height = (n: number) => (n === 0 ? 0 : Math.max(4, (n / most) * 100));
  return rate.normal.map((normal, at) => ({
    warnings: height(rate.warnings[at] ?? 0),
    normal: height(normal),
  }));
}

/** One minute in words. */
export function words(rate: EventRate, at: number): string {
  const [warnings, normal] = [rate.warnings[at] ?? 0, rate.normal[at] ?? 0];
  return `${rate.minutes[at] ?? ''}: ${counted(warnings, 'warning')}, ${normal} normal`;
}

/** The hour in words. */
export function summary(rate: EventRate): string {
  if (rate.state.phase === 'listing') {
    return rate.state.why ? `Events have not come yet: ${rate.state.why}` : 'Reading events…';
  }
  if (rate.state.phase === 'failed') return 'Events cannot be read';
  const sum = (list: readonly number[]) => list.reduce((all, n) => all + n, 0);
  const warnings = counted(sum(rate.warnings), 'warning');
  return `Last hour, a bar a minute: ${warnings} (hatched), ${sum(rate.normal).toLocaleString('en')} normal`;
}

function counted(n: number, word: string): string {
  return `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;
}
