import { expect, test } from 'vitest';

import { HOUR, hourTicks, MINUTE, momentWords, placeOf, stepOf } from './moments';

const OSLO = () => HOUR;
const KATHMANDU = () => 5 * HOUR + 45 * MINUTE;
const at = (text: string) => Date.parse(`${text}Z`);
const DAY = { begin: at('2026-11-27T13:20'), present: at('2026-11-28T13:20') };

test('places', () => {
  expect(placeOf(DAY.begin, DAY)).toBe(0);
  expect(placeOf(DAY.begin + 12 * HOUR, DAY)).toBe(50);
  expect(placeOf(DAY.present + HOUR, DAY)).toBe(100);
  expect(placeOf(DAY.begin - HOUR, DAY)).toBe(0);
  expect(placeOf(5, { begin: 5, present: 5 })).toBe(100);
});

test('full hours of the zone, every sixth of its clock written', () => {
  const oslo = hourTicks(DAY, OSLO);
  expect(oslo).toHaveLength(24);
  expect(oslo.filter((tick) => tick.label).map((tick) => tick.label)).toEqual([
    '18:00',
    '00:00',
    '06:00',
    '12:00',
  ]);
  const [first] = hourTicks(DAY, KATHMANDU);
  expect(first?.at).toBe(at('2026-11-27T14:15'));
});

test.each([
  ['2026-11-28T13:05', '14:05'],
  ['2026-11-27T23:30', '00:30'],
  ['2026-11-27T20:03', 'yesterday 21:03'],
  ['2026-11-28T23:30', 'tomorrow 00:30'],
])('%s is told as %s', (text, words) => {
  expect(momentWords(at(text), DAY.present, OSLO)).toBe(words);
});

test('keys', () => {
  expect(stepOf('ArrowLeft')).toBe(-5 * MINUTE);
  expect(stepOf('PageUp')).toBe(HOUR);
  expect(stepOf('End')).toBe('present');
  expect(stepOf('a')).toBeNull();
});
