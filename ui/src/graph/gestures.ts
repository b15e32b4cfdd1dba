// What a pointer does to the graph: hover, click, drag, wheel, pinch. At most one movement a frame is told.

import { GUTTER, MARGIN } from './plot';

/** What is told. Places are pixels from the left of the stack. */
export interface Gestures {
  /** The pointer is at `x` and `y`; null when it left. `tip` is what is under it, in words. */
  onhover: (at: { x: number; y: number; tip: string | null } | null) => void;
  onclick: (x: number) => void;
  ondouble: () => void;
  /** Dragged by so many pixels. */
  ondrag: (dx: number) => void;
  /** To be shown `factor` times as long about `x`. */
  onzoom: (factor: number, x: number) => void;
}

/** A pointer that moved less than this was held still. */
const STILL = 4;
/** A notch of a wheel (120) makes it a sixth longer or shorter. */
const WHEEL = 0.0013;
/** A pinch is told as a wheel with Ctrl, in small steps. */
const PINCH = 0.01;

/** Listens on `stage`; answers how to stop. */
export function listen(stage: HTMLElement, told: Gestures): () => void {
  let box = { left: 0, top: 0, width: 0 };
  let down: { x: number; moved: boolean; id: number } | null = null;
  let frame = 0;
  let turn = 0;
  let turnAt = 0;
  let slide = 0;
  let hover: PointerEvent | null = null;
  let scale = 1;

  const measure = () => (box = stage.getBoundingClientRect());
  const xOf = (event: MouseEvent) => event.clientX - box.left;
  const inPlot = (x: number) => x >= GUTTER && x <= box.width - MARGIN;
  const isControl = (target: EventTarget | null) =>
    target instanceof Element && target.closest('button, a') !== null;

  function tell(): void {
    frame = 0;
    if (slide !== 0) told.ondrag(slide);
    if (turn !== 0) told.onzoom(Math.exp(turn), turnAt);
    if (hover) {
      const target = hover.target instanceof Element ? hover.target : null;
      const tip = target?.closest<HTMLElement>('[data-tip]')?.dataset['tip'] ?? null;
      told.onhover({ x: xOf(hover), y: hover.clientY - box.top, tip });
    }
    [slide, turn, hover] = [0, 0, null];
  }
  function later(): void {
    if (frame === 0) frame = requestAnimationFrame(tell);
  }

  function move(event: PointerEvent): void {
    if (down?.id === event.pointerId) {
      const dx = event.clientX - down.x;
      if (!down.moved && Math.abs(dx) < STILL) return;
      if (!down.moved) stage.setPointerCapture(event.pointerId);
      down = { ...down, x: event.clientX, moved: true };
      slide += dx;
    } else if (down === null) {
      hover = event;
    }
    later();
  }
  function press(event: PointerEvent): void {
    if (event.button !== 0 || isControl(event.target)) return;
    measure();
    if (inPlot(xOf(event))) down = { x: event.clientX, moved: false, id: event.pointerId };
  }
  function release(event: PointerEvent): void {
    const was = down;
    down = null;
    if (was && !was.moved && event.type === 'pointerup') told.onclick(xOf(event));
  }
  function leave(): void {
    hover = null;
    if (!down) told.onhover(null);
  }
  function wheel(event: WheelEvent): void {
    const x = xOf(event);
    // Beside the plots the wheel scrolls, as everywhere.
    if (!inPlot(x) && !event.ctrlKey) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : 1;
    const along = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (!event.ctrlKey && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
      slide -= along * lines;
    } else {
      turn += Math.max(-0.5, Math.min(0.5, event.deltaY * lines * (event.ctrlKey ? PINCH : WHEEL)));
      turnAt = x;
    }
    later();
  }
  /** WebKit on macOS tells a pinch as gestures with a scale. */
  function gesture(event: Event): void {
    event.preventDefault();
    const next = 'scale' in event && typeof event.scale === 'number' ? event.scale : 1;
    if (event.type === 'gesturechange' && next > 0 && event instanceof MouseEvent) {
      turn -= Math.log(next / scale);
      turnAt = xOf(event);
      later();
    }
    scale = event.type === 'gesturestart' ? 1 : next;
  }
  function double(event: MouseEvent): void {
    if (!isControl(event.target) && inPlot(xOf(event))) told.ondouble();
  }

  const stop = new AbortController();
  const { signal } = stop;
  stage.addEventListener('pointerenter', measure, { signal });
  stage.addEventListener('pointermove', move, { signal });
  stage.addEventListener('pointerdown', press, { signal });
  stage.addEventListener('pointerup', release, { signal });
  stage.addEventListener('pointercancel', release, { signal });
  stage.addEventListener('pointerleave', leave, { signal });
  stage.addEventListener('dblclick', double, { signal });
  stage.addEventListener('wheel', wheel, { signal, passive: false });
  for (const type of ['gesturestart', 'gesturechange', 'gestureend']) {
    stage.addEventListener(type, gesture, { signal, passive: false });
  }
  return () => {
    stop.abort();
    cancelAnimationFrame(frame);
  };
}
