// @vitest-environment jsdom

import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Notice } from '../../wire';
import { Followed } from './followed.svelte';

let tell: (notice: Notice) => void = () => undefined;
const listeners = { now: 0 };

vi.mock('../../host', () => ({
  asWireError: (thrown: unknown) => thrown,
  onNotice: (callback: (notice: Notice) => void) => {
    tell = callback;
    listeners.now += 1;
    return () => {
      listeners.now -= 1;
    };
  },
}));

const GONE = { code: 'gone', message: 'It is gone.', detail: '' };
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Something followed, with what was opened and closed of it. */
function made(fails = { open: false }) {
  const seen = { opened: 0, closed: [] as number[], version: 1 };
  const followed = new Followed<{ version: number }>({
    open: async () => {
      if (fails.open) throw GONE;
      seen.opened += 1;
      return seen.opened;
    },
    read: async () => ({ version: seen.version }),
    close: async (id) => seen.closed.push(id),
    told: (notice, id) =>
      notice.type === 'details' && notice.details === id ? notice.version : null,
  });
  return { seen, followed };
}

beforeEach(() => {
  listeners.now = 0;
});

describe('what is followed', () => {
  it('is read when it is opened, and when a notice of it comes', async () => {
    const { seen, followed } = made();
    await settled();
    expect(followed.content?.version).toBe(1);
    seen.version = 2;
    tell({ type: 'details', details: 7, version: 2 });
    await settled();
    expect(followed.content?.version).toBe(1);
    tell({ type: 'details', details: 1, version: 2 });
    await settled();
    expect(followed.content?.version).toBe(2);
    followed.close();
    expect([seen.closed, listeners.now]).toEqual([[1], 0]);
  });

  it('says why it cannot be opened, and can be tried again', async () => {
    const fails = { open: true };
    const { followed } = made(fails);
    await settled();
    expect(followed.error).toEqual(GONE);
    expect(() => followed.id).toThrow();
    fails.open = false;
    followed.retry();
    await settled();
    expect([followed.error, followed.content?.version]).toEqual([null, 1]);
    followed.close();
  });

  it('is let go of while nobody looks, with what was last known', async () => {
    const { seen, followed } = made();
    await settled();
    followed.setVisible(false);
    expect([seen.closed, listeners.now, followed.content?.version]).toEqual([[1], 0, 1]);
    seen.version = 5;
    followed.setVisible(true);
    await settled();
    expect([seen.opened, followed.content?.version]).toEqual([2, 5]);
    // Looked away from and back before it was open: one of both stays.
    followed.setVisible(false);
    followed.setVisible(true);
    followed.setVisible(false);
    followed.setVisible(true);
    await settled();
    expect([seen.closed, listeners.now]).toEqual([[1, 2, 3], 1]);
    followed.close();
    followed.setVisible(false);
    expect([seen.closed, listeners.now]).toEqual([[1, 2, 3, 4], 0]);
  });

  it('leaves nothing open of what is tried again, or closed while it opens', async () => {
    const { seen, followed } = made();
    await settled();
    followed.retry();
    await settled();
    expect([seen.closed, listeners.now]).toEqual([[1], 1]);
    followed.close();
    const early = made();
    early.followed.close();
    await settled();
    expect([early.seen.closed, listeners.now]).toEqual([[1], 0]);
    expect(early.followed.content).toBeNull();
  });
});
