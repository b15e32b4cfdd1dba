// The size of an element, told when it differs.

/**
 * Tells `element`'s content size, in CSS pixels, on the frame after it differs; answers how to stop.
 * What is changed in the same frame may change what is observed (a scroll bar comes), which browsers raise an error about.
 */
export function onSize(
  element: HTMLElement,
  tell: (width: number, height: number) => void,
): () => void {
  let frame = 0;
  const observer = new ResizeObserver(([entry]) => {
    if (!entry) return;
    const { width, height } = entry.contentRect;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => tell(width, height));
  });
  observer.observe(element);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}
