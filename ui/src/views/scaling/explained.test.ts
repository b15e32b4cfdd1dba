import { expect, it } from 'vitest';

import type { Explained } from '../../wire';
import { Explainer } from './explained.svelte';

const said = (headline: string): Explained => ({
  atMs: 0,
  at: '',
  isLive: false,
  headline,
  why: [],
  edits: [],
  sure: { sureness: 'derived', why: '' },
  next: null,
  unmoved: '',
  asks: [],
  rules: [],
  counted: { summary: '', columns: [], rows: [] },
  findings: [],
});

function scene() {
  const asked: (number | null)[] = [];
  const answers: ((headline: string | null) => void)[] = [];
  const frames: (() => void)[] = [];
  const explainer = new Explainer(
    (at) => {
      asked.push(at);
      return new Promise((yes, no) =>
        answers.push((text) => (text === null ? no(new Error('no')) : yes(said(text)))),
      );
    },
    (run) => frames.push(run),
  );
  return {
    explainer,
    asked,
    frame: () => frames.shift()?.(),
    async answer(text: string | null) {
      answers.shift()?.(text);
      await new Promise((done) => setTimeout(done));
    },
  };
}

it('asks once a frame, and for the last instant', () => {
  const { explainer, asked, frame } = scene();
  [1, 2, 3.4].forEach((at) => explainer.want(at));
  expect(asked).toEqual([]);
  frame();
  expect(asked).toEqual([3]);
});

it('asks one at a time, and then for what was wished last', async () => {
  const { explainer, asked, frame, answer } = scene();
  explainer.want(1);
  frame();
  [2, 3, null].forEach((at) => explainer.want(at));
  frame();
  expect(asked).toEqual([1]);
  await answer('one');
  frame();
  expect(asked).toEqual([1, null]);
  await answer('now');
  expect(explainer.answer?.headline).toBe('now');
});

it('keeps the last answer beside a failure', async () => {
  const { explainer, frame, answer } = scene();
  explainer.want(1);
  frame();
  await answer('one');
  explainer.want(2);
  frame();
  await answer(null);
  expect([explainer.answer?.headline, explainer.error?.code]).toEqual(['one', 'other']);
});

it('takes nothing when closed', async () => {
  const { explainer, frame, answer } = scene();
  explainer.want(1);
  frame();
  explainer.close();
  await answer('one');
  expect(explainer.answer).toBeNull();
});
