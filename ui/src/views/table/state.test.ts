// @vitest-environment jsdom

import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, it } from 'vitest';

import { setHost } from '../../host';
import type { Lack, ViewState } from '../../wire';
import type { LiveView } from './live.svelte';
import TableState from './TableState.svelte';

const LACK: Lack = {
  verb: 'list',
  resource: 'deployments',
  group: 'apps',
  namespace: 'shop',
  sentence: 'Your account lacks the verb list on deployments.apps in namespace shop.',
  advice: "Ask the cluster's administrator for a role that allows list on deployments.",
  command: 'kubectl auth can-i list deployments.apps -n shop',
};

const FORBIDDEN: ViewState = {
  phase: 'failed',
  why: LACK.sentence,
  received: 0,
  expected: null,
  code: 'forbidden',
  lack: LACK,
  limitedTo: [],
};

let mounted: Record<string, unknown> | null = null;
afterEach(async () => {
  if (mounted) await unmount(mounted);
  document.body.innerHTML = '';
});

function show(state: ViewState, listsNothing = false): HTMLElement {
  const view = { error: null, state, loaded: true, matched: 0, total: 0, columns: [] };
  mounted = mount(TableState, {
    target: document.body,
    props: {
      view: view as unknown as LiveView,
      things: 'Deployments',
      namespaced: true,
      namespaces: ['shop'],
      filter: '',
      listsNothing,
      onclearfilter: () => undefined,
      onallnamespaces: () => undefined,
    },
  });
  flushSync();
  return document.body;
}

it('says verb, resource, group and namespace, what to ask for, and how to check', () => {
  const page = show(FORBIDDEN);
  expect(page.querySelector('[role=alert] h2')?.textContent).toBe('Not allowed');
  const facts = [...page.querySelectorAll('dl > *')].map((one) => one.textContent);
  expect(facts).toEqual([
    ...['Verb', 'list', 'Resource', 'deployments'],
    ...['API group', 'apps', 'Namespace', 'shop'],
  ]);
  expect(page.textContent).toContain(LACK.advice);
  expect(page.querySelector('code')?.textContent).toBe(LACK.command);
});

it('copies the command', async () => {
  const copied: string[] = [];
  setHost({
    rpc: () => Promise.reject(new Error('not asked')),
    onNotice: () => () => undefined,
    copy: (text) => Promise.resolve(void copied.push(text)),
  });
  const page = show(FORBIDDEN);
  page.querySelector<HTMLElement>('[aria-label="Copy the command"]')?.click();
  await Promise.resolve();
  expect(copied).toEqual([LACK.command]);
});

it('is no blank page for who may list nothing', () => {
  const page = show(FORBIDDEN, true);
  expect(page.querySelector('h2')?.textContent).toBe('Your account may list nothing here');
  expect(page.textContent).toContain('type its name into the selector');
});
