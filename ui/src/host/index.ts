// The window's one way out: commands, notices, the clipboard. Everything else calls these functions.

import type { Commands, Notice, WireError } from '../wire';

export type Unsubscribe = () => void;

/** What carries commands to the backend and notices back. */
export interface Host {
  /** Runs one command; rejects with a {@link WireError}. */
  rpc<C extends keyof Commands>(
    command: C,
    argument: Commands[C]['argument'],
  ): Promise<Commands[C]['answer']>;
  /** Calls back for every notice until unsubscribed. */
  onNotice(callback: (notice: Notice) => void): Unsubscribe;
  /** Puts text on the clipboard. */
  copy(text: string): Promise<void>;
}

let current: Host | null = null;

function host(): Host {
  if (!current) throw new Error('startHost() or setHost() comes first');
  return current;
}

/** Runs one command; rejects with a {@link WireError}. */
export function rpc<C extends keyof Commands>(
  command: C,
  argument: Commands[C]['argument'],
): Promise<Commands[C]['answer']> {
  return host().rpc(command, argument);
}

/** Calls back for every notice until unsubscribed. */
export function onNotice(callback: (notice: Notice) => void): Unsubscribe {
  return host().onNotice(callback);
}

/** Puts text on the clipboard. */
export function copy(text: string): Promise<void> {
  return host().copy(text);
}

/** Anything thrown, as the error the UI shows. */
export function asWireError(thrown: unknown): WireError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const { code, message, lack } = thrown as WireError;
    const detail = 'detail' in thrown ? String(thrown.detail) : '';
    return { code, message: String(message), detail, ...(lack ? { lack } : {}) };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'other', message: 'The window could not do that.', detail: message };
}

/** For tests. */
export function setHost(replacement: Host): void {
  current = replacement;
}

/** Joins the desktop shell or, while developing in a browser, the in-memory backend. */
export async function startHost(): Promise<void> {
  if ('__TAURI_INTERNALS__' in window) {
    const { tauriHost } = await import('./tauri');
    current = await tauriHost();
  } else if (import.meta.env.DEV) {
    const { fakeHost } = await import('./fake');
    current = fakeHost();
  } else {
    throw new Error('This page belongs in the Scalescope window.');
  }
}
