import { expect, test } from 'vitest';

import css from './tokens.css?raw';

const [light = '', dark = ''] = css.split(":root[data-theme='dark']");

function token(theme: string, name: string): string {
  const found = new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(theme);
  // What a theme does not say is as in the other.
  return found?.[1] ?? (theme === dark ? token(light, name) : '');
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

test.each([
  ['light', light],
  ['dark', dark],
])(
  'clusters’ colours in the %s theme carry their initials and stand out on the rail',
  (_, theme) => {
    for (let colour = 1; colour <= 8; colour += 1) {
      const fill = token(theme, `cluster-${colour}`);
      expect(contrast(fill, token(theme, 'on-colour')), `${colour}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(fill, token(theme, 'rail')), `${colour}`).toBeGreaterThanOrEqual(3);
    }
  },
);
