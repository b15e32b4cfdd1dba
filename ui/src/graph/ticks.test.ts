import { describe, expect, it } from 'vitest';

import { clock, timeTicks, type ZoneOffset } from './ticks';

const HOUR = 3_600_000;
const utc: ZoneOffset = () => 0;
const start = Date.UTC(2026, 10, 21, 14, 3, 12);

describe('timeTicks', () => {
  it.each([
    [
      '15 minutes',
      0.25,
      800,
      0,
      ['14:04', '14:06', '14:08', '14:10', '14:12', '14:14', '14:16', '14:18'],
    ],
    ['an hour', 1, 600, 0, ['14:10', '14:20', '14:30', '14:40', '14:50', '15:00']],
    [
      'an hour, half an hour off UTC',
      1,
      300,
      5.5,
      ['20:00', '20:30'].map((t) => t.replace('20:', '20:')),
    ],
    ['six hours', 6, 600, 1, ['16:00', '17:00', '18:00', '19:00', '20:00', '21:00']],
    ['a day', 24, 700, 0, ['15:00', '18:00', '21:00', '00:00', '03:00', '06:00', '09:00', '12:00']],
  ])('%s', (_, hours, width, zone, labels) => {
    const shift: ZoneOffset = () => zone * HOUR;
    const ticks = timeTicks(start, start + hours * HOUR, width, 84, shift);
    expect(ticks.map((tick) => tick.label)).toEqual(labels);
    const gap = ((ticks[1]?.at ?? 0) - (ticks[0]?.at ?? 0)) / ((hours * HOUR) / width);
    expect(gap).toBeGreaterThanOrEqual(84);
  });

  it('keeps round local times over a change of the clock', () => {
    const change = Date.UTC(2026, 9, 25, 1);
    const oslo: ZoneOffset = (at) => (at < change ? 2 : 1) * HOUR;
    const labels = timeTicks(change - 6 * HOUR, change + 6 * HOUR, 500, 84, oslo).map(
      (t) => t.label,
    );
    expect(labels).toEqual(['21:00', '00:00', '03:00', '06:00']);
  });

  it.each([
    ['no time', 0, 500],
    ['no width', HOUR, 0],
  ])('has none with %s', (_, span, width) => {
    expect(timeTicks(start, start + span, width, 84, utc)).toEqual([]);
  });
});

describe('clock', () => {
  it('has seconds on demand', () => {
    expect([clock(start, false, utc), clock(start, true, utc)]).toEqual(['14:03', '14:03:12']);
  });
});
