import { describe, expect, it } from 'vitest';

import { begun, centred, fitted, showing, zoomed } from './camera';

const PLACE = { width: 1000, height: 600 };

describe('the camera', () => {
  it('shows a small picture in the middle at its own size', () => {
    expect(fitted({ width: 400, height: 200 }, PLACE)).toEqual({ scale: 1, x: 300, y: 200 });
  });

  it('shrinks a large picture to fit', () => {
    const camera = fitted({ width: 1904, height: 400 }, PLACE);
    expect(camera.scale).toBeCloseTo(0.5);
    expect(camera.x).toBeCloseTo(24);
  });

  it('begins at the object where the whole could not be read', () => {
    const at = { x: 5000, y: 100, width: 200, height: 44 };
    const camera = begun({ width: 10_000, height: 400 }, PLACE, at);
    expect((at.x + at.width / 2) * camera.scale + camera.x).toBeCloseTo(500);
    expect(camera.scale).toBe(0.8);
  });

  it('keeps what is under the pointer', () => {
    const before = { scale: 1, x: 10, y: 20 };
    const after = zoomed(before, 1.5, { x: 210, y: 120 });
    expect(200 * after.scale + after.x).toBeCloseTo(210);
    expect(100 * after.scale + after.y).toBeCloseTo(120);
    expect(zoomed(after, 100, { x: 0, y: 0 }).scale).toBe(2);
  });

  it('moves no more than needed', () => {
    const camera = { scale: 1, x: 0, y: 0 };
    const seen = { x: 100, y: 100, width: 200, height: 44 };
    expect(showing(camera, PLACE, seen)).toEqual(camera);
    expect(showing(camera, PLACE, { ...seen, x: 1100 }).x).toBe(-324);
    expect(showing(camera, PLACE, { ...seen, y: -50 }).y).toBe(74);
    expect(centred(camera, PLACE, seen)).toEqual({ scale: 1, x: 300, y: 178 });
  });
});
