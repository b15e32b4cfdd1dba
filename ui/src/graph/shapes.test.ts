import { expect, it } from 'vitest';

import { area, box, escaped, line, svgOf, words } from './shapes';

it.each([
  ['<b>&"', '&lt;b&gt;&amp;&quot;'],
  ['a\u0000\u0008b\uffff', 'ab'],
  ['→ 6 🎈', '→ 6 🎈'],
])('escapes %s', (text, safe) => {
  expect(escaped(text)).toBe(safe);
});

it('writes every shape, with its words escaped', () => {
  const svg = svgOf({
    title: 'a < b',
    width: 20,
    height: 10,
    ground: '#fff',
    shapes: [
      area(box(1, 2, 3, 4), '#111'),
      line('M0 0L1 1', '#222', { dash: [2, 4], opacity: 0.5 }),
      words(1, 2, '<script>', '#333', { anchor: 'end' }),
    ],
  });
  expect(svg).toContain('<title>a &lt; b</title>');
  expect(svg).toContain('<path d="M1 2h3v4h-3z" fill="#111"/>');
  expect(svg).toContain(
    'fill="none" stroke="#222" stroke-width="1" stroke-dasharray="2 4" opacity="0.5"/>',
  );
  expect(svg).toMatch(/<text x="1" y="2" text-anchor="end"[^>]*>&lt;script&gt;<\/text>/);
  expect(svg).not.toContain('<script');
});
