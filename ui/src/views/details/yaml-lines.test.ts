import { describe, expect, it } from 'vitest';

import { blockLines, findAll, markHits, pieces, splitLines } from './yaml-lines';

const kinds = (line: string, block = false) =>
  pieces(line, block)
    .map(({ kind, text }) => `${kind}(${text})`)
    .join('');

describe('pieces', () => {
  it.each([
    ['kind: Pod', 'key(kind)mark(:)string( Pod)'],
    ['  replicas: 3', 'mark(  )key(replicas)mark(:)literal( 3)'],
    ['- name: app', 'mark(- )key(name)mark(:)string( app)'],
    ['  - --flag=a:b', 'mark(  - )string(--flag=a:b)'],
    ['  image: example.test/app:1.2', 'mark(  )key(image)mark(:)string( example.test/app:1.2)'],
    ['# a comment', 'comment(# a comment)'],
    ['a: 1 # one', 'key(a)mark(:)literal( 1)comment( # one)'],
    ['a: "x # y"', 'key(a)mark(:)string( "x # y")'],
    ['"quoted: key": v', 'key("quoted: key")mark(:)string( v)'],
    ['f:metadata:', 'key(f:metadata)mark(:)'],
    ['kubectl.kubernetes.io/x: {}', 'key(kubectl.kubernetes.io/x)mark(:)plain( {})'],
    ['script: |-', 'key(script)mark(:)mark( |-)'],
    ['', ''],
  ])('%s', (line, expected) => {
    expect(kinds(line)).toBe(expected);
    expect(
      pieces(line, false)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(line);
  });

  it('leaves text of a block alone', () => {
    expect(kinds('key: not a key', true)).toBe('string(key: not a key)');
  });

  it('does not scan a very long line', () => {
    const long = `data: ${'x'.repeat(2_000_000)}`;
    expect(pieces(long, false)).toEqual([{ kind: 'plain', text: long }]);
  });
});

describe('blockLines', () => {
  it('knows lines of a block by their indent', () => {
    const lines = splitLines('a: |\n  one\n\n  two: x\nb: c\nd: >-\n  text\ne: f\n');
    expect([...blockLines(lines)]).toEqual([0, 1, 1, 1, 0, 0, 1, 0]);
  });
});

describe('findAll', () => {
  const lines = ['Name: name', 'other', 'NAME'];
  it.each([
    [
      'name',
      [
        [0, 0],
        [0, 6],
        [2, 0],
      ],
    ],
    ['', []],
    ['missing', []],
  ])('%s', (needle, expected) => {
    expect(findAll(lines, needle).map((hit) => [hit.line, hit.column])).toEqual(expected);
  });

  it('stops at its limit', () => {
    expect(findAll(['aaaa'], 'a', 2)).toHaveLength(2);
  });
});

describe('markHits', () => {
  it('cuts pieces at hits, over their borders too', () => {
    const marked = markHits(pieces('name: cart', false), [3, 7], 4);
    expect(marked.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('|')).toBe(
      'nam|[e]|[:]|[ c]|[art]',
    );
  });
});
