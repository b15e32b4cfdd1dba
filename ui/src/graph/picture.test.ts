// @vitest-environment jsdom
import { expect, it, vi } from 'vitest';

import { pictureOf, type PictureOf } from './picture';
import type { TextShape } from './shapes';

// jsdom has no canvas to measure words on.
vi.mock('./words', () => ({ textWidth: (text: string) => text.length * 6 }));

const MINUTE = 60_000;
const of: PictureOf = {
  title: 'cosci',
  subtitle: 'from then to now, Europe/Oslo',
  data: {
    times: Float64Array.from([0, 1800, 3000]),
    values: [Float64Array.from([1, 3, 6]), Float64Array.from([8, 8, 8])],
  },
  lanes: [
    {
      type: 'plot',
      id: 'replicas',
      title: 'Replicas',
      notes: [{ text: 'current 6', stroke: { draw: 'area', ink: '--series-current' } }],
      series: [
        { index: 1, label: 'max', draw: 'limit', ink: '--series-limit' },
        { index: 0, label: 'current', draw: 'area', ink: '--series-current' },
      ],
      unit: '',
      whole: true,
      height: 200,
      written: null,
      main: true,
    },
  ],
  bands: [
    {
      from: 50 * MINUTE,
      to: 62 * MINUTE,
      open: false,
      label: 'until 01:02',
      name: 'Stabilization window',
      pattern: 'hatch',
      ink: '--band-hold',
      text: '',
    },
  ],
  foreseen: [{ earliest: 62 * MINUTE, latest: 62.25 * MINUTE, value: 4 }],
  flags: [{ at: 30 * MINUTE, label: '→ 3', text: '', tone: 'scaled' }],
  seen: [{ from: 10 * MINUTE, to: 60 * MINUTE }],
  seenNote: 'recording since 00:10',
  from: 0,
  to: 67 * MINUTE,
  edge: 60 * MINUTE,
  heldTo: 60 * MINUTE,
  inks: {},
  width: 900,
};

it('says what it is of, and everything that is written on screen', () => {
  const { shapes } = pictureOf(of);
  const texts = shapes.filter((one): one is TextShape => one.type === 'text');
  const said = texts.map(({ text }) => text);
  for (const text of [
    'cosci',
    'from then to now, Europe/Oslo',
    'Replicas',
    'current 6',
    'max 8',
    'until 01:02',
    'Stabilization window',
    '→ 3',
    'recording since 00:10',
  ]) {
    expect(said).toContain(text);
  }
});

it('draws nothing outside of itself', () => {
  const { shapes, width, height } = pictureOf(of);
  for (const shape of shapes) {
    if (shape.type === 'text') expect(shape.y).toBeLessThan(height);
    else expect(shape.d).not.toContain('NaN');
  }
  expect(width).toBe(900);
});
