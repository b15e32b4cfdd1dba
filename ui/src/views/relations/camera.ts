// How a picture larger than its place is looked at.

import type { Spot } from '../../wire';

/** Screen = picture × scale + offset, in CSS pixels. */
export interface Camera {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

const LEAST = 0.1;
const MOST = 2;
/** Below this nothing can be read: what does not fit is then begun at the object in question. */
const READABLE = 0.6;
const MARGIN = 24;

const within = (scale: number) => Math.max(LEAST, Math.min(scale, MOST));

/** The whole picture in the middle, never larger than life. */
export function fitted(picture: Size, place: Size): Camera {
  const room = {
    width: Math.max(1, place.width - 2 * MARGIN),
    height: Math.max(1, place.height - 2 * MARGIN),
  };
  const scale = within(
    Math.min(1, room.width / Math.max(1, picture.width), room.height / Math.max(1, picture.height)),
  );
  return {
    scale,
    x: (place.width - picture.width * scale) / 2,
    y: (place.height - picture.height * scale) / 2,
  };
}

/** The whole picture where it stays readable, else the object in question in the middle. */
export function begun(picture: Size, place: Size, at: Spot): Camera {
  const whole = fitted(picture, place);
  if (whole.scale >= READABLE) return whole;
  return centred({ ...whole, scale: 0.8 }, place, at);
}

/** The same scale with a spot in the middle. */
export function centred(camera: Camera, place: Size, at: Spot): Camera {
  return {
    ...camera,
    x: place.width / 2 - (at.x + at.width / 2) * camera.scale,
    y: place.height / 2 - (at.y + at.height / 2) * camera.scale,
  };
}

/** Larger or smaller by a factor; what is under the point stays there. */
export function zoomed(camera: Camera, factor: number, at: { x: number; y: number }): Camera {
  const scale = within(camera.scale * factor);
  const by = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * by, y: at.y - (at.y - camera.y) * by };
}

/** Moved as little as needed for a spot to be seen. */
export function showing(camera: Camera, place: Size, at: Spot): Camera {
  const axis = (offset: number, from: number, size: number, room: number) => {
    const begin = from * camera.scale + offset;
    const end = (from + size) * camera.scale + offset;
    if (begin < MARGIN) return offset + MARGIN - begin;
    if (end > room - MARGIN) return offset - (end - room + MARGIN);
    return offset;
  };
  return {
    ...camera,
    x: axis(camera.x, at.x, at.width, place.width),
    y: axis(camera.y, at.y, at.height, place.height),
  };
}
