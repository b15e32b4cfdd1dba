// Bands, windows, pods and growths of the invented stories.

import type { Band, BandKind, Growth, Marks, PodBar, PodSpan, Sure } from '../../../wire';
import { HELD, HELD_BEFORE, type Sample, STEP, WINDOW } from './story';

const MINUTE = 60_000;
const DERIVED: Sure = { sureness: 'derived', why: '' };
const ESTIMATED: Sure = {
  sureness: 'estimated',
  why: 'the recommendations before 20:33 were not seen',
};
const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 8);

function band(
  kind: BandKind,
  fromMs: number,
  toMs: number,
  label: string,
  sure = DERIVED,
  isOpen = false,
): Band {
  return { kind, fromMs, toMs, isOpen, label, sure };
}

/** Pods behind the sizes of a story: the youngest go first. */
function podsOf(samples: readonly Sample[], name: string, until: number): PodBar[] {
  const pods: { bar: PodBar; born: number }[] = [];
  const alive: typeof pods = [];
  const end = (pod: (typeof pods)[number], at: number, gone: number) => {
    const age = (ms: number) => Math.min(at, pod.born + ms);
    const first = pod.born === samples[0]?.at;
    const stuck = pods.indexOf(pod) % 5 === 4 ? 50_000 : 9_000;
    const spans: PodSpan[] = first
      ? []
      : [
          {
            phase: 'pending',
            fromMs: pod.born,
            toMs: age(stuck),
            why: stuck > 9_000 ? '0/3 nodes are available: 3 Insufficient cpu' : '',
          },
          { phase: 'starting', fromMs: age(stuck), toMs: age(stuck + 38_000), why: '' },
        ];
    const ready = first ? pod.born : age(stuck + 38_000);
    const sick = pods.indexOf(pod) === 0 && at - ready > 30 * MINUTE;
    if (sick) {
      const [from, to] = [at - 24 * MINUTE, at - 21 * MINUTE];
      spans.push({ phase: 'ready', fromMs: ready, toMs: from, why: '' });
      spans.push({
        phase: 'unready',
        fromMs: from,
        toMs: to,
        why: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
      });
      spans.push({ phase: 'ready', fromMs: to, toMs: at, why: '' });
    } else spans.push({ phase: 'ready', fromMs: ready, toMs: at, why: '' });
    if (gone > at) spans.push({ phase: 'terminating', fromMs: at, toMs: gone, why: '' });
    pod.bar.spans = spans.filter(({ fromMs, toMs }) => toMs > fromMs);
  };
  for (const { at, current } of samples) {
    while (alive.length < current) {
      const bar = { name: `${name}-7d9f4-${(pods.length * 7919).toString(36)}x`, spans: [] };
      const pod = { bar, born: at };
      pods.push(pod);
      alive.push(pod);
    }
    while (alive.length > current) {
      const pod = alive.pop();
      if (pod) end(pod, at, Math.min(until, at + 30_000));
    }
  }
  for (const pod of alive) end(pod, until, until);
  return pods.map(({ bar }) => bar);
}

function growthsOf(samples: readonly Sample[]): Growth[] {
  return samples.flatMap((one, index) => {
    const before = samples[index - 1];
    if (!before || one.current <= before.current) return [];
    const slow = index % 3 === 0 ? 1.7 : 1;
    return [
      {
        crossedMs: one.at - 41_000,
        label: `${before.current} → ${one.current}`,
        seenMs: 22_000 * slow,
        writtenMs: 22_000 * slow + 19_000,
        scheduledMs: 22_000 * slow + 21_000,
        startedMs: 22_000 * slow + 28_000,
        readyMs: one.at > (samples.at(-1)?.at ?? 0) - MINUTE ? null : 22_000 * slow + 66_000,
      },
    ];
  });
}

const half = (list: (number | null)[]) =>
  list.filter((one) => one !== null).sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? null;

function medianOf(growths: readonly Growth[]): Growth | null {
  if (!growths.length) return null;
  return {
    crossedMs: 0,
    label: '',
    seenMs: half(growths.map((one) => one.seenMs)),
    writtenMs: half(growths.map((one) => one.writtenMs)),
    scheduledMs: half(growths.map((one) => one.scheduledMs)),
    startedMs: half(growths.map((one) => one.startedMs)),
    readyMs: half(growths.map((one) => one.readyMs)),
  };
}

/** Marks of the evening. */
export function eveningMarks(samples: readonly Sample[], opened: number, now: number): Marks {
  const at = (minute: number) => opened + minute * MINUTE;
  const growths = growthsOf(samples);
  const held = now < at(HELD.to);
  const day = 24 * 60;
  return {
    bands: [
      band('stabilization', at(HELD_BEFORE.from), at(HELD_BEFORE.to), 'held 5:00', ESTIMATED),
      band(
        'stabilization',
        at(HELD.from),
        at(HELD.to),
        held ? `until ${clock(at(HELD.to))}` : 'held 4:46',
      ),
    ],
    windows: [-day, 0, day].map((shift) => ({
      lane: 'metric:1',
      fromMs: at(WINDOW.from + shift),
      toMs: at(WINDOW.to + shift),
      label: 'asks 2 until 24:00',
      detail: '21:00–24:00 Europe/Oslo, 20:00–23:00 here',
    })),
    pods: podsOf(samples, 'cosci', now),
    podsLeftOut: 0,
    forecast: held
      ? [
          {
            earliestMs: at(HELD.to),
            latestMs: at(HELD.to) + 15_000,
            replicas: 4,
            cause: 'the recommendation of 6 leaves the window',
            sure: DERIVED,
          },
        ]
      : [],
    growths,
    median: medianOf(growths),
  };
}

/** Marks of the web shop: at its most while load asks for more, and held by a rate policy. */
export function shopMarks(samples: readonly Sample[], name: string, max: number): Marks {
  const bands: Band[] = [];
  const spans = (is: (one: Sample) => boolean): [number, number][] => {
    const out: [number, number][] = [];
    for (const one of samples) {
      const last = out.at(-1);
      if (!is(one)) continue;
      if (last && last[1] === one.at) last[1] = one.at + STEP;
      else out.push([one.at, one.at + STEP]);
    }
    return out;
  };
  const end = samples.at(-1)?.at ?? 0;
  for (const [from, to] of spans((one) => one.asked > max)) {
    const most = Math.max(
      ...samples.filter((one) => one.at >= from && one.at < to).map((one) => one.asked),
    );
    bands.push(
      band('cap', from, to, `at max, load asks ${most}`, DERIVED, to > end && to - from > MINUTE),
    );
  }
  for (const [from, to] of spans((one) => one.desired > one.asked && one.desired === one.current)) {
    const seconds = Math.round((to - from) / 1000);
    const length = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    if (to - from > MINUTE) bands.push(band('stabilization', from, to, `held ${length}`));
  }
  const first = samples.findLast((one, at) => one.current > (samples[at - 1]?.current ?? 99));
  if (first) {
    const until = first.at + MINUTE;
    bands.push(
      band(
        'rate',
        first.at,
        until,
        `2 of 4 pods per 60 s used, room again at ${clock(until)}`,
        ESTIMATED,
      ),
    );
  }
  const growths = growthsOf(samples);
  return {
    bands: bands.sort((a, b) => a.fromMs - b.fromMs),
    windows: [],
    pods: podsOf(samples, name, samples.at(-1)?.at ?? 0),
    podsLeftOut: max > 7 ? 40 : 0,
    forecast: [],
    growths,
    median: medianOf(growths),
  };
}
