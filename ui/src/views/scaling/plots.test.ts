import { describe, expect, it } from 'vitest';

import type { Lane, LaneRole, Marks } from '../../wire';
import { lanesOf, readings, sentence, valueText } from './plots';

const lane = (role: LaneRole, title: string, unit = '', latest = ''): Lane => ({
  id: `${role}-${title}`,
  title,
  role,
  unit,
  latest,
});

const LANES = [
  lane('ready', 'ready', '', '5'),
  lane('current', 'current', '', '6'),
  lane('desired', 'desired', '', '6'),
  lane('min', 'min', '', '1'),
  lane('max', 'max', '', '10'),
  lane('metric', 'cpu', '%', '62% of 80%'),
  lane('target', 'cpu target', '%', '80%'),
  lane('metric', 'queue', 'messages', '12'),
];

const NOTHING: Marks = {
  bands: [],
  windows: [],
  pods: [],
  podsLeftOut: 0,
  forecast: [],
  growths: [],
  median: null,
};

describe('lanesOf', () => {
  const of = (lanes: readonly Lane[], marks = NOTHING) =>
    lanesOf(lanes, marks, 'horizontalpodautoscalers');
  const indices = (lanes: ReturnType<typeof of>) =>
    lanes.map((lane) => [
      lane.title,
      lane.type === 'plot' ? lane.series.map((one) => one.index) : lane.type,
    ]);

  it('has replicas first, then one plot a metric with its target', () => {
    expect(indices(of(LANES))).toEqual([
      ['Replicas', [4, 3, 2, 0, 1]],
      ['cpu', [6, 5]],
      ['queue', [7]],
    ]);
  });

  it('keys the strokes of the replicas with their latest values', () => {
    expect(of(LANES)[0]).toMatchObject({
      notes: [{ text: 'current 6' }, { text: 'desired 6' }, { text: 'ready 5' }],
    });
  });

  it('draws what load asks for instead of what is desired, and writes what a metric asks for', () => {
    const lanes = [
      lane('current', 'current', '', '6'),
      lane('desired', 'desired', '', '6'),
      lane('asked', 'load asks', '', '4'),
      lane('metric', 'queue'),
      lane('asks', 'queue asks'),
    ];
    expect(indices(of(lanes))).toEqual([
      ['Replicas', [2, 0]],
      ['queue', [3]],
    ]);
    expect(of(lanes)[1]).toMatchObject({ written: 4 });
  });

  it('draws a metric with windows as these, and pods below', () => {
    const marks: Marks = {
      ...NOTHING,
      windows: [
        { lane: 'metric-queue', fromMs: 1, toMs: 9, label: 'asks 2', detail: 'Europe/Oslo' },
      ],
      pods: [
        { name: 'web-1', spans: [{ phase: 'pending', fromMs: 1, toMs: 5, why: '0/3 nodes' }] },
      ],
      podsLeftOut: 40,
    };
    expect(indices(of(LANES, marks)).slice(2)).toEqual([
      ['queue', 'windows'],
      ['Pods', 'bars'],
    ]);
    expect(of(LANES, marks)[3]).toMatchObject({ more: 40 });
  });

  it('draws replicas although nothing is known of any metric', () => {
    expect(of([]).map(({ title }) => title)).toEqual(['Replicas']);
  });
});

describe('readings', () => {
  const values = [5, 6, 6, 1, 10, 62, 80, null];

  it('are the values at an instant', () => {
    const list = readings(LANES, (index) => values[index] ?? null);
    expect(sentence('at 14:27:10', list)).toBe(
      'at 14:27:10: current 6, desired 6, ready 5, min 1, max 10, cpu 62% of 80%, queue –',
    );
  });

  it("are the backend's words at the live edge", () => {
    const list = readings(LANES, null);
    expect(list.map(({ value }) => value)).toEqual(['6', '6', '5', '1', '10', '62% of 80%', '12']);
  });
});

describe('valueText', () => {
  it.each([
    [null, '%', '–'],
    [62.04, '%', '62%'],
    [250, 'm', '250m'],
    [12, 'messages', '12 messages'],
    [3, '', '3'],
  ])('%s %s is %s', (value, unit, text) => {
    expect(valueText(value, unit)).toBe(text);
  });
});
