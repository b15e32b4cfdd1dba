// How the height left over is shared among the plots.

/** No plot grows beyond this many times its least height. */
const MOST = 1.6;

/** Heights of plots with these least heights in `room` pixels; a lack of room is scrolled. */
export function shareHeight(least: readonly number[], room: number): number[] {
  const sum = least.reduce((total, height) => total + height, 0);
  const factor = Math.max(1, Math.min(MOST, sum > 0 ? room / sum : 1));
  return least.map((height) => Math.floor(height * factor));
}
