// Questions, answers and what was agreed to, of the in-memory backend.

import type { Connecting, ConsentEntry, Question, WireError } from '../../wire';
import { contextOf, DEMO, doors } from './doors';
import { questionFor } from './questions';
import type { FakePart } from './registry';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const REFUSALS: Record<string, WireError> = {
  unreachable: {
    code: 'unreachable',
    message: 'The server 192.0.2.1:6443 cannot be reached.',
    detail: 'No answer within 10 s. Is a VPN needed? Is the cluster running?',
  },
  untrusted: {
    code: 'untrusted',
    message: 'The certificate of untrusted.example.test is not trusted.',
    detail: 'It was signed by an authority that the kubeconfig does not name.',
  },
  unauthorized: {
    code: 'unauthorized',
    message: 'The server refused the token of unauthorized-admin.',
    detail: 'It may have expired.',
  },
};

const consent: FakePart = ({ notify }) => {
  const asked = new Map<string, Question>();
  const stopped = new Set<string>();
  let entries: ConsentEntry[] = [];
  let number = 0;

  function ask(id: string, looked: boolean): Connecting {
    const entry = contextOf(id);
    if (!entry) throw gone('The context is no longer there.');
    number += 1;
    const question = questionFor(entry, `question-${number}`, looked);
    asked.set(question.id, question);
    return { type: 'asks', question };
  }

  async function open(id: string): Promise<Connecting> {
    const name = contextOf(id)?.name ?? '';
    stopped.delete(id);
    const until = Date.now() + (name === 'slow' ? 20_000 : name.startsWith('eks') ? 2_500 : 200);
    while (Date.now() < until) {
      if (stopped.has(id)) return { type: 'closed' };
      await wait(50);
    }
    const refusal = REFUSALS[name];
    if (refusal) throw refusal;
    const entry = contextOf(id);
    if (entry) {
      entry.lastUsedMs = Date.now();
      entry.lastUsed = 'today';
      notify({ type: 'start' });
    }
    return { type: 'connected', cluster: doors.connected(id) };
  }

  return {
    connect({ context: id }) {
      if (id === DEMO) return open(id);
      const isAgreed = entries.some((one) => one.id === id);
      return isAgreed ? open(id) : ask(id, false);
    },
    async answer_consent({ question: questionId, answer }) {
      const question = asked.get(questionId);
      if (!question) throw gone('The question was answered already.');
      asked.delete(questionId);
      switch (answer) {
        case 'refuse':
          return { type: 'closed' };
        case 'look':
          await wait(1_200);
          return ask(question.context, true);
        case 'trust': {
          const server = contextOf(question.context)?.server ?? '';
          const { name, file, sections } = question;
          const kept = { id: question.context, name, file, server, agreed: 'today', sections };
          entries = [kept, ...entries.filter((one) => one.id !== kept.id)];
          return open(question.context);
        }
      }
    },
    cancel_connect({ context: id }) {
      stopped.add(id);
      return null;
    },
    consents: () => list(),
    revoke_consent({ id }) {
      entries = entries.filter((one) => one.id !== id);
      doors.closed(id);
      return list();
    },
  };

  function list() {
    const isDamaged = new URLSearchParams(location.search).has('damaged');
    return {
      entries,
      keptIn: '/home/dev/.config/scalescope/consents.json',
      problem: isDamaged
        ? 'The list was damaged and set aside as consents.json.damaged; everything is asked about again.'
        : '',
    };
  }
};

function gone(message: string): WireError {
  return { code: 'gone', message, detail: '' };
}

export default consent;
