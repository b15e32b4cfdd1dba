// Steps of a series as paths: a value holds until the next point, a gap is left empty.

/** Where a drawing goes; what of `Path2D` is used. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

/**
 * Draws the steps into `stroke`, and into `fill` the area between them and the height `floor`.
 * `x` gives the place of a point's time, `y` of a value, both in canvas pixels.
 */
export function drawSteps(
  values: readonly (number | null | undefined)[],
  x: (index: number) => number,
  y: (value: number) => number,
  floor: number,
  stroke: Pen,
  fill: Pen | null,
): void {
  let start: number | null = null;
  values.forEach((value, index) => {
    const before = values[index - 1];
    const seen = value !== null && value !== undefined;
    if (before !== null && before !== undefined) {
      // The value before holds up to here, whether or not another follows.
      stroke.lineTo(x(index), y(before));
      fill?.lineTo(x(index), y(before));
    }
    if (seen && start === null) {
      start = index;
      stroke.moveTo(x(index), y(value));
      fill?.moveTo(x(index), floor);
      fill?.lineTo(x(index), y(value));
    } else if (seen && value !== before) {
      stroke.lineTo(x(index), y(value));
      fill?.lineTo(x(index), y(value));
    }
    if (start !== null && (!seen || index === values.length - 1)) {
      fill?.lineTo(x(index), floor);
      fill?.lineTo(x(start), floor);
      start = null;
    }
  });
}
