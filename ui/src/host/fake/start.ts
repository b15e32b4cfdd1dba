// The start page of the in-memory backend: sources come and go.

import type { FolderEntry, WireError } from '../../wire';
import { DEMO, doors } from './doors';
import { context } from './kubeconfigs';
import type { FakePart } from './registry';

const start: FakePart = ({ notify }) => {
  const query = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  const isBare = query.has('start');
  let folders: FolderEntry[] = isBare
    ? []
    : [
        { id: 'f1', path: '/home/dev/work/kubeconfigs', files: 2, problem: '' },
        {
          id: 'f2',
          path: '/mnt/share/kubeconfigs',
          files: 0,
          problem: 'The folder cannot be read: it is on a network share that does not answer.',
        },
      ];
  let opened = 0;
  let told = false;

  function open(origin: 'opened' | 'pasted', title: string): void {
    opened += 1;
    const id = `${origin}-${opened}`;
    const file = origin === 'pasted' ? title : `/home/dev/Desktop/${title}`;
    doors.sources = [
      {
        id,
        origin,
        title,
        files: origin === 'pasted' ? [] : [file],
        problem: null,
        warnings: [],
        fresh: true,
        removable: true,
      },
      ...doors.sources,
    ];
    doors.contexts = [
      context(id, file, `new-${opened}`, { current: true, access: { type: 'token' } }),
      context(id, file, `other-${opened}`),
      ...doors.contexts,
    ];
    notify({ type: 'start' });
  }

  return {
    start() {
      const page = {
        sources: doors.sources,
        contexts: doors.contexts,
        folders,
        demo: {
          context: DEMO,
          name: 'Demo cluster',
          server: 'inside this program',
          settings: { colour: 0, title: '', namespace: '' },
          opens: query.has('demo') && !told,
        },
        usualPlace: '/home/dev/.kube/config',
        appVersion: '0.1.0',
      };
      told = true;
      doors.sources = doors.sources.map((one) => ({ ...one, fresh: false }));
      return page;
    },
    choose_kubeconfigs() {
      open('opened', `chosen-${opened + 1}.kubeconfig`);
      return null;
    },
    choose_folder() {
      folders = [
        ...folders,
        { id: `f${folders.length + 10}`, path: '/home/dev/more', files: 1, problem: '' },
      ];
      notify({ type: 'start' });
      return null;
    },
    forget_folder({ id }) {
      folders = folders.filter((one) => one.id !== id);
      notify({ type: 'start' });
      return null;
    },
    paste_kubeconfig({ text }) {
      if (!text.includes('kind')) {
        const refusal: WireError = {
          code: 'malformed',
          message: 'The text is not a kubeconfig: it has no “kind: Config”.',
          detail: 'Paste the whole file.',
        };
        throw refusal;
      }
      open('pasted', `Pasted at ${new Date().toTimeString().slice(0, 5)}`);
      return null;
    },
    remove_source({ id }) {
      doors.sources = doors.sources.filter((one) => one.id !== id);
      doors.contexts = doors.contexts.filter((one) => one.source !== id);
      notify({ type: 'start' });
      return null;
    },
    set_context({ context: id, settings }) {
      doors.contexts = doors.contexts.map((one) => (one.id === id ? { ...one, settings } : one));
      notify({ type: 'start' });
      return null;
    },
  };
};

export default start;
