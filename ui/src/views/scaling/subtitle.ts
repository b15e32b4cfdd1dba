// What a picture of a graph is of, once it has left the window.

import { clock } from '../../graph/ticks';
import type { GraphMeta } from '../../wire';
import type { ObjectKey } from '../contract';

/** `Deployment cosci in cloud-ops · 2026-11-28 20:20:00 – 21:27:00 Europe/Oslo` */
export function subtitleOf(
  { namespace }: ObjectKey,
  { target, deleted }: GraphMeta,
  { from, to }: { from: number; to: number },
): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const day = (at: number) => {
    const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
    return local.toISOString().slice(0, 10);
  };
  const end = day(to) === day(from) ? clock(to, true) : `${day(to)} ${clock(to, true)}`;
  const what = target.name ? `${target.kind} ${target.name} in ${namespace}` : `in ${namespace}`;
  const gone = deleted ? ' · deleted' : '';
  return `${what}${gone} · ${day(from)} ${clock(from, true)} – ${end} ${zone}`;
}
