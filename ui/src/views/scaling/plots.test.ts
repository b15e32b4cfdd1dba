import { describe, expect, it } from 'vitest';

import type { Lane, LaneRole } from '../../wire';
import { plotsOf, readings, sentence, valueText } from './plots';

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

describe('plotsOf', () => {
  const plots = plotsOf(LANES);

  it('has replicas first, then one plot a metric with its target', () => {
    expect(plots.map((plot) => [plot.title, plot.series.map((one) => one.index)])).toEqual([
      ['Replicas', [4, 3, 2, 0, 1]],
      ['cpu', [6, 5]],
      ['queue', [7]],
    ]);
  });

  it('keys the strokes of the replicas with their latest values', () => {
    expect(plots[0]?.notes.map((note) => note.text)).toEqual(['current 6', 'desired 6', 'ready 5']);
  });

  it('draws replicas although nothing is known of any metric', () => {
    expect(plotsOf([]).map((plot) => plot.title)).toEqual(['Replicas']);
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
