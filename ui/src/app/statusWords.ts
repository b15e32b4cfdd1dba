// The status bar's words.

import type { ClusterStatus } from '../wire';

const grouped = new Intl.NumberFormat('en-US');

/** What stands in the bar, part by part. */
export function statusWords(status: ClusterStatus) {
  const since = status.asOf ? `as of ${status.asOf}` : 'not yet heard of';
  return {
    live: status.live
      ? `live · ${since}`
      : `not live · ${since}${status.why ? `, ${status.why}` : ''}`,
    latency: `${Math.round(status.latencyMs)} ms`,
    held: `${counted(status.watches, 'watch', 'watches')} · ${counted(status.objects, 'object', 'objects')}`,
    received: `${status.received} received`,
    zone: status.zone,
  };
}

function counted(count: number, one: string, many: string): string {
  return `${grouped.format(count)} ${count === 1 ? one : many}`;
}
