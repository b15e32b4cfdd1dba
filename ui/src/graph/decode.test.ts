import { describe, expect, it } from 'vitest';

import { decodeSeries } from './decode';

function encode(magic: number, series: number, points: number, values: number[]): ArrayBuffer {
  const bytes = new ArrayBuffer(16 + values.length * 8);
  const view = new DataView(bytes);
  [magic, series, points, 0].forEach((word, index) => view.setUint32(index * 4, word, true));
  values.forEach((value, index) => view.setFloat64(16 + index * 8, value, true));
  return bytes;
}

describe('decodeSeries', () => {
  it('reads times, then one row a series, keeping gaps', () => {
    const data = decodeSeries(encode(0x31524753, 2, 3, [10, 11, 12, 1, 2, 3, 4, NaN, 6]));
    expect([...data.times]).toEqual([10, 11, 12]);
    expect(data.values.map((row) => [...row])).toEqual([
      [1, 2, 3],
      [4, NaN, 6],
    ]);
  });

  it('reads a graph without points', () => {
    const data = decodeSeries(encode(0x31524753, 3, 0, []));
    expect(data.times).toHaveLength(0);
    expect(data.values).toHaveLength(3);
  });

  it.each([
    ['too short for a header', new ArrayBuffer(8), /shorter than its header/],
    ['another magic', encode(0x12345678, 0, 0, []), /another format/],
    ['fewer values than promised', encode(0x31524753, 1, 2, [1, 2, 3]), /its header says 48/],
    ['more values than promised', encode(0x31524753, 0, 1, [1, 2]), /its header says 24/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSeries(bytes)).toThrow(message);
  });
});
