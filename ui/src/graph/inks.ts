// Colour tokens as the canvas needs them: read once a theme.

const TOKENS = [
  '--series-current',
  '--series-ready',
  '--series-desired',
  '--series-limit',
  '--series-metric',
  '--series-current-area',
  '--band-hold',
  '--band-hold-wash',
  '--band-calm',
  '--band-calm-wash',
  '--band-bad',
  '--band-bad-wash',
  '--window',
  '--window-ground',
  '--bar-ready',
  '--bar-starting',
  '--bar-pending',
  '--bar-unready',
  '--bar-ending',
  '--bar-failed',
  '--seen',
  '--unseen',
  '--cursor',
  '--text',
  '--line',
  '--warn',
  '--grid',
  '--ground',
  '--dim',
] as const;

/** Colours by token name. */
export type Inks = Readonly<Record<string, string>>;

/** The colours of the theme shown now. */
export function readInks(): Inks {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(name).trim()]));
}

/** Calls back when the theme changes, until unsubscribed. */
export function onTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'class'],
  });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
