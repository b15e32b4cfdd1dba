import { beforeEach, expect, test } from 'vitest';

import type { AnswerConsent, ClusterInfo, Connecting as Reply, Question } from '../wire';
import { Connecting } from './connecting.svelte';

const info = (context: string): ClusterInfo => ({
  cluster: `cluster ${context}`,
  context,
  name: context,
  colour: 1,
  initials: 'AB',
  server: '',
  version: '',
  namespace: '',
  demo: false,
});

function question(context: string, id: string, more: Partial<Question> = {}): Question {
  const plain = { name: context, file: '', again: false, looked: false, refused: '' };
  return { id, context, ...plain, sections: [], dangers: [], ...more };
}

const asks = (asked: Question): Reply => ({ type: 'asks', question: asked });
const connected = (context: string): Reply => ({ type: 'connected', cluster: info(context) });
const DANGER = { id: 'd', title: 'Odd', why: 'It is.' };

/** A gate whose answers are given by the test, in order. */
let pending: { what: string; resolve: (reply: Reply) => void; reject: (reason: unknown) => void }[];
let said: string[];
let open: Set<string>;
let connecting: Connecting;

function wait(what: string): Promise<Reply> {
  said.push(what);
  return new Promise((resolve, reject) => pending.push({ what, resolve, reject }));
}

async function reply(what: string, answer: Reply): Promise<void> {
  const at = pending.findIndex((one) => one.what === what);
  pending.splice(at, 1)[0]?.resolve(answer);
  await settled();
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const names = () => connecting.questions.map((one) => one.question.id).join(' ');

beforeEach(() => {
  pending = [];
  said = [];
  open = new Set();
  connecting = new Connecting(
    {
      connect: (context) => wait(`connect ${context}`),
      answer: ({ question: id, answer, confirmed }: AnswerConsent) =>
        wait([answer, id, ...confirmed].join(' ')),
      cancel: async (context) => void said.push(`cancel ${context}`),
      disconnect: async (cluster) => void said.push(`disconnect ${cluster}`),
    },
    {
      connected: (one, attempt) => void said.push(`open ${one.context} ${attempt}`),
      failed: (context, error) => void said.push(`failed ${context}: ${error.message}`),
      isOpen: (cluster) => open.has(cluster),
    },
  );
});

test('questions are asked one after the other, in the order they came', async () => {
  void connecting.connect('a');
  void connecting.connect('b');
  await reply('connect b', asks(question('b', 'b1')));
  await reply('connect a', asks(question('a', 'a1')));
  expect(names()).toBe('b1 a1');
  const [first] = connecting.questions;
  if (first) void connecting.answer(first, 'trust');
  expect(names()).toBe('a1');
  expect(connecting.attempts.get('b')?.step).toBe('connecting');
  await reply('trust b1', connected('b'));
  expect(said).toContain('open b 2');
  expect([...connecting.attempts.keys()]).toEqual(['a']);
});

test('looking keeps the place in the queue and what was confirmed word for word', async () => {
  void connecting.connect('a');
  void connecting.connect('b');
  await reply('connect a', asks(question('a', 'a1', { dangers: [DANGER] })));
  await reply('connect b', asks(question('b', 'b1')));
  const asked = () => connecting.questions[0];
  const first = asked();
  if (first) connecting.confirm(first, 'd', true);
  const confirmed = asked();
  if (confirmed) void connecting.answer(confirmed, 'look');
  expect(asked()?.looking).toBe(true);
  const more = { dangers: [DANGER, { ...DANGER, id: 'e' }], looked: true };
  await reply('look a1 d', asks(question('a', 'a2', more)));
  expect(names()).toBe('a2 b1');
  expect([...(asked()?.confirmed ?? [])]).toEqual(['d']);
});

test('another question instead of a connection begins anew', async () => {
  void connecting.connect('a');
  await reply('connect a', asks(question('a', 'a1', { dangers: [DANGER] })));
  const first = connecting.questions[0];
  if (first) connecting.confirm(first, 'd', true);
  const confirmed = connecting.questions[0];
  if (confirmed) void connecting.answer(confirmed, 'trust');
  await reply('trust a1 d', asks(question('a', 'a2', { dangers: [DANGER], again: true })));
  expect(names()).toBe('a2');
  expect(connecting.questions[0]?.confirmed.size).toBe(0);
});

test('an entry that was edited meanwhile is asked about under its new id', async () => {
  void connecting.connect('a');
  await reply('connect a', asks(question('a', 'a1')));
  const first = connecting.questions[0];
  if (first) void connecting.answer(first, 'trust');
  await reply('trust a1', asks(question('edited', 'a2')));
  expect(names()).toBe('a2');
  expect([...connecting.attempts.keys()]).toEqual(['edited']);
  const second = connecting.questions[0];
  if (second) void connecting.answer(second, 'refuse');
  expect(said).toContain('refuse a2');
  expect(connecting.attempts.size).toBe(0);
});

test('what comes after it was stopped is undone', async () => {
  void connecting.connect('a');
  connecting.cancel('a');
  await reply('connect a', connected('a'));
  void connecting.connect('b');
  connecting.cancel('b');
  await reply('connect b', asks(question('b', 'b1')));
  expect(said).toEqual([
    'connect a',
    'cancel a',
    'disconnect cluster a',
    'connect b',
    'cancel b',
    'refuse b1',
  ]);
  expect(connecting.questions).toEqual([]);
});

test('what comes after it was stopped leaves an open cluster and a new attempt alone', async () => {
  open.add('cluster a');
  void connecting.connect('a');
  connecting.cancel('a');
  await reply('connect a', connected('a'));
  void connecting.connect('b');
  connecting.cancel('b');
  void connecting.connect('b');
  await reply('connect b', connected('b'));
  expect(said.filter((one) => one.startsWith('disconnect'))).toEqual([]);
  await reply('connect b', connected('b'));
  expect(said).toContain('open b 3');
});

test('a failure is kept until it is tried again', async () => {
  void connecting.connect('a');
  pending[0]?.reject({ code: 'unreachable', message: 'No answer.', detail: '' });
  await settled();
  expect(connecting.failures.get('a')?.code).toBe('unreachable');
  expect(said).toContain('failed a: No answer.');
  void connecting.connect('a');
  expect(connecting.failures.size).toBe(0);
});
