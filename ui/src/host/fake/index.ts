// The in-memory backend, for looking at screens in a browser and for tests. Never in a release.

import type { Commands, Notice, WireError } from '../../wire';
import type { Host } from '..';
import type { FakeHandler, FakeHandlers, FakePart } from './registry';
import { makeWorld } from './world';

const PARTS = import.meta.glob<FakePart>(
  [
    './session.ts',
    './start.ts',
    './demo.ts',
    './consent.ts',
    './views.ts',
    './details.ts',
    './logs.ts',
    './graph.ts',
    './find.ts',
    './relations.ts',
    './overview.ts',
    './helm.ts',
  ],
  { eager: true, import: 'default' },
);

/** A host over an invented cluster; the page's query `?pods=` says how many pods. */
export function fakeHost(query = new URLSearchParams(location.search)): Host {
  const listeners = new Set<(notice: Notice) => void>();
  const world = makeWorld(Date.now(), Number(query.get('pods') ?? 10_000));
  setInterval(() => world.step(Date.now()), 500);
  const context = {
    world,
    notify: (notice: Notice) => listeners.forEach((listener) => listener(notice)),
  };
  const handlers: FakeHandlers = {};
  for (const part of Object.values(PARTS)) Object.assign(handlers, part(context));
  return {
    async rpc<C extends keyof Commands>(command: C, argument: Commands[C]['argument']) {
      const handler = handlers[command] as FakeHandler<C> | undefined;
      if (!handler) {
        const missing: WireError = {
          code: 'other',
          message: `The in-memory backend has no ${command}.`,
          detail: '',
        };
        throw missing;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
      return structuredClone(await handler(structuredClone(argument)));
    },
    onNotice(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    copy: async (text) => navigator.clipboard?.writeText(text),
  };
}
