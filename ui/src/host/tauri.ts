// The desktop shell: one command for everything, one channel for notices.

import { Channel, invoke } from '@tauri-apps/api/core';
import { writeText } from '@tauri-apps/plugin-clipboard-manager';

import type { Commands, Notice } from '../wire';
import type { Host } from '.';

/** Attaches the notice channel, then answers the host. */
export async function tauriHost(): Promise<Host> {
  const listeners = new Set<(notice: Notice) => void>();
  const notices = new Channel<Notice>();
  notices.onmessage = (notice) => {
    for (const listener of listeners) listener(notice);
  };
  await invoke('attach', { notices });
  return {
    rpc<C extends keyof Commands>(command: C, argument: Commands[C]['argument']) {
      return invoke<Commands[C]['answer']>('rpc', { command, argument: JSON.stringify(argument) });
    },
    onNotice(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    copy: (text) => writeText(text),
  };
}
