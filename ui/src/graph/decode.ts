// The bytes of a graph's series, as arrays. Layout: the boundary's module `graph` ("SGR1").

const MAGIC = 0x31524753;
const HEADER = 16;

/** Series over one time axis; NaN is a gap. */
export interface SeriesData {
  /** Unix seconds, rising. */
  times: Float64Array;
  /** One array a series, as long as `times`. */
  values: Float64Array[];
}

/** No points at all, for `count` series. */
export function emptySeries(count: number): SeriesData {
  return {
    times: new Float64Array(),
    values: Array.from({ length: count }, () => new Float64Array()),
  };
}

/** Views the arrays inside `bytes`, without copying. Throws with what is wrong with them. */
export function decodeSeries(bytes: ArrayBuffer): SeriesData {
  if (bytes.byteLength < HEADER) {
    throw new Error(`Graph data is ${bytes.byteLength} bytes, shorter than its header.`);
  }
  const header = new DataView(bytes);
  if (header.getUint32(0, true) !== MAGIC) throw new Error('Graph data has another format.');
  const series = header.getUint32(4, true);
  const points = header.getUint32(8, true);
  const expected = HEADER + 8 * points * (series + 1);
  if (bytes.byteLength !== expected) {
    throw new Error(`Graph data is ${bytes.byteLength} bytes; its header says ${expected}.`);
  }
  // Every platform of the window is little-endian, as the bytes are.
  const row = (index: number) => new Float64Array(bytes, HEADER + 8 * points * index, points);
  return {
    times: row(0),
    values: Array.from({ length: series }, (_, index) => row(index + 1)),
  };
}
