// What the invented backend says of an instant.

import type { AskLine, Explained, FindingLine, RuleLine, Sure, Sureness } from '../../../wire';
import { HELD, HELD_BEFORE, type Sample, WINDOW } from './story';

const MINUTE = 60_000;
const clock = (ms: number) => new Date(ms).toTimeString().slice(0, 8);
const sure = (sureness: Sureness, why = ''): Sure => ({ sureness, why });

const FINDINGS: FindingLine[] = [
  {
    id: 'other-writer',
    severity: 'warning',
    summary: 'Terraform also sets spec.replicas.',
    evidence: ['seen 6 → 1 at 18:02 by terraform', 'managedFields: terraform owns spec.replicas'],
    advice: 'Take replicas out of the module, or let it ignore changes of that field.',
  },
  {
    id: 'cooldown-unused',
    severity: 'note',
    summary: 'cooldownPeriod has no effect: minReplicaCount is above 0.',
    evidence: ['spec.minReplicaCount 1', 'spec.cooldownPeriod 120'],
    advice: 'Remove it, or set minReplicaCount to 0.',
  },
];

const rule = (name: string, after: number, over: Partial<RuleLine> = {}): RuleLine => ({
  name,
  note: '',
  arithmetic: [],
  before: String(after),
  after: String(after),
  sure: sure('observed'),
  ...over,
});

/** Nothing was recorded at that time. */
export function unknownThen(at: number): Explained {
  return {
    atMs: at,
    at: clock(at),
    isLive: false,
    edits: [],
    headline: 'Not seen.',
    why: ['Nothing was recorded at that time; events and ReplicaSets tell of the size alone.'],
    sure: sure('unknown', 'the window was not open'),
    next: null,
    unmoved: '',
    asks: [],
    rules: [],
    counted: { summary: '', columns: [], rows: [] },
    findings: [],
  };
}

/** The edit that its graph flags, to whom looks shortly behind it. */
function nearEdit(at: number, opened: number): string[] {
  const edited = opened - 33 * MINUTE;
  const isNear = at >= edited && at <= edited + MINUTE;
  return isNear ? [`${clock(edited)} Edited by kubectl-edit: maxReplicaCount 5 → 8.`] : [];
}

/** Of the evening. */
export function explainEvening(
  sample: Sample,
  at: number,
  opened: number,
  live: boolean,
): Explained {
  const minute = (at - opened) / MINUTE;
  const inside = minute >= WINDOW.from && minute < WINDOW.to;
  const hold = [HELD, HELD_BEFORE].find((one) => minute >= one.from && minute < one.to);
  const until = opened + (hold?.to ?? 0) * MINUTE;
  const workload = Math.ceil(sample.load / 2);
  const cron = inside ? 2 : 1;
  const lower = sample.asked < sample.current;
  const follows = workload >= cron;
  const early = minute < -47;
  const asks: AskLine[] = [
    {
      name: 'kubernetes-workload',
      note: 'app=nginx',
      arithmetic: [`⌈${sample.load} ÷ 2⌉ = ${workload}`, `${sample.load} observed 4 s ago`],
      result: String(workload),
      decides: follows,
      sure: early
        ? sure('estimated', 'the pods of app=nginx were not watched yet')
        : sure('derived'),
    },
    {
      name: 'cron 21:00–24:00',
      note: 'Europe/Oslo',
      arithmetic: [inside ? 'inside the window: 2 (ends in 2 h 39 m)' : 'outside the window: 1'],
      result: String(cron),
      decides: !follows,
      sure: sure('derived'),
    },
  ];
  const held = hold && lower;
  return {
    atMs: at,
    at: clock(at),
    isLive: live,
    edits: nearEdit(at, opened),
    headline: held
      ? `Holds ${sample.current} replicas until ${clock(until)}.`
      : sample.asked > sample.current
        ? `Grows from ${sample.current} to ${sample.asked}.`
        : `Steady at ${sample.current}.`,
    why: held
      ? [
          `Load asks for ${sample.asked} since ${clock(opened + hold.from * MINUTE)}.`,
          `The highest recommendation of the last 5 minutes was ${sample.current}, last made at ${clock(opened + hold.from * MINUTE - 15_000)}; scale-down waits until it leaves the window.`,
        ]
      : [`Load asks for ${sample.asked}, and that is what is set.`],
    sure: early ? sure('estimated', 'recording began later') : sure('derived'),
    next:
      held && live
        ? {
            headline: `${sample.current} → ${sample.asked} at ${clock(until)}`,
            notes: ['if the load stays as it is (± one pass)', 'never below 2 before 24:00: cron'],
            earliestMs: until,
            latestMs: until + 15_000,
            sinceMs: opened + hold.from * MINUTE,
            sure: sure('derived'),
          }
        : null,
    unmoved: '',
    asks,
    rules: [
      rule('highest of the triggers', sample.asked, { sure: sure('derived') }),
      held
        ? rule('stabilization, down, 300 s', sample.current, {
            before: String(sample.asked),
            arithmetic: [
              `max(${sample.current} @ ${clock(opened + hold.from * MINUTE - 15_000)}, 4, 4, 4) = ${sample.current}`,
            ],
            sure: sure('derived'),
          })
        : rule('stabilization, down, 300 s', sample.asked, { note: 'nothing to hold' }),
      rule('rate limits', held ? sample.current : sample.asked, { note: 'not reached' }),
      rule('bounds 1 … 8', held ? sample.current : sample.asked),
    ],
    counted: {
      summary: `${sample.load} nginx pods that have not finished; readiness does not matter to this trigger`,
      columns: ['Pod', 'Phase', 'Node'],
      rows: Array.from({ length: sample.load }, (_, index) => [
        `nginx-6c8b5f-${(index * 7919 + 1234).toString(36)}`,
        index === 7 ? 'Pending' : 'Running',
        index === 7 ? '' : `node-${(index % 3) + 1}`,
      ]),
    },
    findings: FINDINGS,
  };
}

/** Of the web shop. */
export function explainShop(sample: Sample, at: number, max: number, live: boolean): Explained {
  const capped = sample.asked > max;
  const usage = Math.round(sample.load / sample.current);
  const bounded = Math.min(max, sample.asked);
  const held = sample.desired > bounded;
  return {
    atMs: at,
    at: clock(at),
    isLive: live,
    edits: [],
    headline: capped
      ? `At max ${max}; load asks for ${sample.asked}.`
      : held
        ? `Holds ${sample.current} replicas; load asks for ${sample.asked}.`
        : `Steady at ${sample.current}.`,
    why: capped
      ? ['maxReplicas stands in the way; nothing else does.']
      : ['CPU is within a tenth of its target.'],
    sure: sure('derived'),
    next: null,
    unmoved: '',
    asks: [
      {
        name: 'cpu',
        note: 'utilization, target 80%',
        arithmetic: [`⌈${sample.current} × ${usage} ÷ 80⌉ = ${sample.asked}`],
        result: String(sample.asked),
        decides: true,
        sure: sure('estimated', 'two pods had no sample yet and were taken as idle'),
      },
    ],
    rules: [
      rule('tolerance 10%', sample.asked, { note: 'exceeded', sure: sure('derived') }),
      rule('stabilization, down, 300 s', Math.max(sample.asked, sample.desired), {
        before: String(sample.asked),
        sure: sure('unknown', 'recommendations of the last 300 s were not all seen'),
      }),
      rule('rate limits, up', bounded, { note: '2 of 4 pods per 60 s used' }),
      rule(`bounds 1 … ${max}`, sample.desired, { before: String(sample.asked) }),
    ],
    counted: {
      summary: `${sample.current} pods, 2 of them without a sample`,
      columns: ['Pod', 'CPU', 'Request', 'Counted as'],
      rows: Array.from({ length: sample.current }, (_, index) => [
        `web-5c9d8-${(index * 7919 + 99).toString(36)}`,
        index < 2 ? '' : `${usage * 2 + index}m`,
        '200m',
        index < 2 ? 'idle (0)' : 'measured',
      ]),
    },
    findings: capped
      ? [
          {
            id: 'max-too-low',
            severity: 'error',
            summary: 'maxReplicas has been in the way for 23 of the last 60 minutes.',
            evidence: [`spec.maxReplicas ${max}`, `load asked for up to ${sample.asked}`],
            advice: 'Raise maxReplicas, or see why a replica carries less than it did.',
          },
        ]
      : [],
  };
}
