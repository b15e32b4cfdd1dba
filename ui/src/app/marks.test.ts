// @vitest-environment jsdom

import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { setHost } from '../host';
import type { Found, KindEntry, KindList, Lack, Notice } from '../wire';
import { ClusterState } from './cluster.svelte';
import Palette from './Palette.svelte';
import { session } from './session.svelte';
import Sidebar from './Sidebar.svelte';

const INFO = {
  cluster: 'c',
  context: 'context',
  colour: 1,
  name: 'team',
  initials: 'TE',
  server: 'https://127.0.0.1:6443',
  version: 'v1.36.3',
  namespace: 'shop',
  demo: false,
};

const lack = (resource: string): Lack => ({
  verb: 'list',
  resource,
  group: '',
  namespace: 'shop',
  sentence: `Your account lacks the verb list on ${resource} in namespace shop.`,
  advice: 'Ask for it.',
  command: `kubectl auth can-i list ${resource} -n shop`,
});

const kind = (id: string, title: string, one: string, more: Partial<KindEntry> = {}) => ({
  id,
  title,
  kind: one,
  group: '',
  plural: id,
  singular: one.toLowerCase(),
  section: id === 'pods' || id === 'deployments' ? 'Workloads' : '',
  namespaced: true,
  shortNames: [],
  categories: [],
  versions: ['v1'],
  custom: false,
  lack: null,
  unsure: false,
  ...more,
});

const list = (more: Partial<KindList> = {}): KindList => ({
  kinds: [
    kind('pods', 'Pods', 'Pod'),
    kind('deployments', 'Deployments', 'Deployment', { lack: lack('deployments') }),
    kind('nodes', 'Nodes', 'Node', { namespaced: false, lack: lack('nodes') }),
    kind('events', 'Events', 'Event', { unsure: true }),
  ],
  failedGroups: [],
  problem: '',
  nothing: false,
  ...more,
});

/** The kinds as the backend finds them. */
const found = (): Found => ({
  items: answer.kinds.map(({ id, title, lack: lacking }) => ({
    id,
    sort: 'kind',
    title,
    about: 'kind',
    marks: [],
    object: null,
    lack: lacking?.sentence ?? '',
  })),
  matched: answer.kinds.length,
  searched: [],
  loading: [],
  unsearched: [],
});

let answer: KindList;
let listeners: ((notice: Notice) => void)[];
let mounted: Record<string, unknown> | null = null;

beforeEach(() => {
  answer = list();
  listeners = [];
  // jsdom scrolls nothing and opens no dialog.
  HTMLDialogElement.prototype.showModal = () => undefined;
  HTMLDialogElement.prototype.close = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  setHost({
    rpc: vi.fn((command: string) =>
      Promise.resolve(command === 'kinds' ? answer : command === 'find' ? found() : null),
    ) as never,
    onNotice(callback) {
      listeners.push(callback);
      return () => undefined;
    },
    copy: () => Promise.resolve(),
  });
});

afterEach(async () => {
  if (mounted) await unmount(mounted);
  mounted = null;
  session.active = null;
  document.body.innerHTML = '';
});

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
}

async function sidebar(): Promise<ClusterState> {
  const cluster = new ClusterState(INFO);
  cluster.followKinds();
  mounted = mount(Sidebar, {
    target: document.body,
    props: { cluster, onpalette: () => undefined },
  });
  await settle();
  return cluster;
}

const link = (title: string) =>
  [...document.querySelectorAll<HTMLButtonElement>('nav button')].find(
    (button) => button.querySelector('.title')?.textContent === title,
  );

it('marks what cannot be listed in words, a sign and the missing verb, and still opens it', async () => {
  const cluster = await sidebar();
  const nodes = link('Nodes');
  expect(nodes?.textContent).toContain('cannot list');
  expect(nodes?.querySelector('svg')).not.toBeNull();
  expect(nodes?.title).toBe('Your account lacks the verb list on nodes in namespace shop.');
  for (const title of ['Pods', 'Events']) {
    expect(link(title)?.textContent).not.toContain('cannot list');
  }
  nodes?.click();
  expect(cluster.place).toEqual({ type: 'table', kind: 'nodes' });
});

it('says of what is not known that opening it tells', async () => {
  await sidebar();
  const events = link('Events');
  events?.dispatchEvent(new Event('pointerenter'));
  expect(events?.title).toContain('cannot say whether your account may list this');
});

it('takes marks away when the backend says that kinds changed', async () => {
  await sidebar();
  answer = list({ kinds: [kind('nodes', 'Nodes', 'Node', { namespaced: false })] });
  listeners.forEach((tell) => tell({ type: 'kinds', cluster: 'c' }));
  await settle();
  expect(link('Nodes')?.textContent).not.toContain('cannot list');
  expect(link('Pods')).toBeUndefined();
});

it('names APIs that do not answer, and why kinds are missing, beside the kinds that are known', async () => {
  answer = list({ failedGroups: ['metrics.k8s.io'], problem: 'The connection broke.' });
  await sidebar();
  const status = document.querySelector('[role=status]');
  expect(status?.textContent).toContain('metrics.k8s.io does not answer');
  expect(status?.textContent).toContain('The connection broke.');
  expect(link('Pods')).toBeDefined();
});

it('marks the table of autoscalers where HPAs cannot be listed', async () => {
  const hpas = kind('horizontalpodautoscalers', 'HPAs', 'HorizontalPodAutoscaler');
  answer = list({ kinds: [{ ...hpas, lack: lack('horizontalpodautoscalers') }] });
  await sidebar();
  expect(link('Scaling')?.textContent).toContain('cannot list');
});

it('marks the same kinds in the palette, and asks anew what may be listed', async () => {
  const cluster = await sidebar();
  if (mounted) await unmount(mounted);
  session.active = cluster;
  answer = list({ kinds: [kind('secrets', 'Secrets', 'Secret', { lack: lack('secrets') })] });
  mounted = mount(Palette, {
    target: document.body,
    props: { onclose: () => undefined, onkeys: () => undefined, onsettings: () => undefined },
  });
  await settle();
  const secrets = [...document.querySelectorAll<HTMLElement>('[role=option]')].find((option) =>
    option.textContent?.includes('Secrets'),
  );
  expect(secrets?.textContent).toContain('cannot list');
  expect(secrets?.title).toBe('Your account lacks the verb list on secrets in namespace shop.');
});
