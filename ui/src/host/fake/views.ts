// Live tables of the in-memory backend: sorted, filtered, pulled by range.

import type { OpenView, RowKey, Rows, ViewState, WireError } from '../../wire';
import type { FakePart } from './registry';
import { TABLES, type FakeRow } from './tables';

interface View {
  ask: OpenView;
  openedMs: number;
  visible: boolean;
  /** Selected rows, as `kind/namespace/name`. */
  selected: Set<string>;
  /** The order made last, with the world's version it belongs to. */
  made: { of: string; rows: FakeRow[]; total: number } | null;
}

const LISTING_MS = 700;
const GONE: WireError = { code: 'gone', message: 'That table is closed.', detail: '' };

const views: FakePart = ({ world, notify }) => {
  const open = new Map<number, View>();
  const query = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  let nextId = 1;

  function view(id: number): View {
    const found = open.get(id);
    if (!found) throw GONE;
    return found;
  }

  function made(one: View): { rows: FakeRow[]; total: number } {
    const of = `${world.version} ${JSON.stringify(one.ask)}`;
    if (one.made?.of === of) return one.made;
    const table = TABLES[one.ask.kind];
    const inScope = (table?.rows(world, Date.now()) ?? []).filter(
      (row) =>
        !row.namespace ||
        one.ask.namespaces.length === 0 ||
        one.ask.namespaces.includes(row.namespace),
    );
    const wanted = one.ask.filter.toLowerCase();
    const rows = inScope.filter(
      (row) => !wanted || row.cells.some((cell) => cell.text.toLowerCase().includes(wanted)),
    );
    const sort = one.ask.sort.length ? one.ask.sort : [{ column: 'name', descending: false }];
    const by = sort.map((each) => ({
      at: table?.columns.findIndex((column) => column.id === each.column) ?? -1,
      sign: each.descending ? -1 : 1,
    }));
    rows.sort((a, b) => {
      for (const { at, sign } of by) {
        const left = a.sort[at] ?? '';
        const right = b.sort[at] ?? '';
        if (left < right) return -sign;
        if (left > right) return sign;
      }
      return a.key < b.key ? -1 : 1;
    });
    one.made = { of, rows, total: inScope.length };
    return { rows, total: inScope.length };
  }

  function state(one: View): ViewState {
    const none: ViewState = {
      phase: 'live',
      why: '',
      received: 0,
      expected: null,
      code: null,
      lack: null,
      limitedTo: [],
    };
    if (query.get('state') === 'forbidden') {
      return {
        ...none,
        phase: 'failed',
        code: 'forbidden',
        why: `${one.ask.kind} is forbidden: User "dev" cannot list resource "${one.ask.kind}" at the cluster scope`,
      };
    }
    if (query.has('stale')) {
      return { ...none, phase: 'stale', why: 'as of 14:03:12, reconnecting: connection refused' };
    }
    const part =
      (Date.now() - one.openedMs) / (query.get('state') === 'listing' ? 1e9 : LISTING_MS);
    if (part < 1) {
      const slow = query.get('state') === 'listing' ? 0.35 : part;
      const expected = TABLES[one.ask.kind]?.rows(world, Date.now()).length ?? 0;
      return { ...none, phase: 'listing', received: Math.floor(expected * slow), expected };
    }
    return none;
  }

  setInterval(() => {
    for (const [id, one] of open) {
      if (one.visible) notify({ type: 'view', view: id, version: world.version, total: 0 });
    }
  }, 100);

  return {
    open_view(ask) {
      const id = nextId;
      nextId += 1;
      open.set(id, { ask, openedMs: Date.now(), visible: true, selected: new Set(), made: null });
      return { view: id, columns: TABLES[ask.kind]?.columns ?? [] };
    },
    update_view({ view: id, ...changes }) {
      const one = view(id);
      one.ask = { ...one.ask, ...changes };
      world.version += 1;
      return null;
    },
    set_visible({ view: id, visible }) {
      view(id).visible = visible;
      return null;
    },
    place_of({ view: id, namespace, name }) {
      const { rows } = made(view(id));
      const at = rows.findIndex((row) => row.namespace === namespace && row.name === name);
      return at < 0 ? null : at;
    },
    select({ view: id, pick }) {
      const one = view(id);
      const keys = made(one).rows.map((row) => `${row.kind}/${row.namespace}/${row.name}`);
      const key = (row: RowKey) => `${row.kind}/${row.namespace}/${row.name}`;
      if (pick.type === 'all') one.selected = new Set(keys);
      else if (pick.type === 'nothing') one.selected = new Set();
      else if (pick.type === 'toggle') {
        if (!one.selected.delete(key(pick.row))) one.selected.add(key(pick.row));
      } else {
        const [a, b] = [keys.indexOf(key(pick.from)), keys.indexOf(key(pick.to))].sort(
          (x, y) => x - y,
        );
        one.selected = new Set(keys.slice(a, (b ?? 0) + 1));
      }
      return null;
    },
    copy_rows({ view: id, row }) {
      const { selected } = view(id);
      const names = selected.size > 0 ? [...selected] : [row?.name ?? ''];
      return { text: names.join('\n'), said: `Copied ${names.length} rows` };
    },
    open_yaml_copy() {
      return { copy: 1, total: 1 };
    },
    yaml_copy() {
      return { done: 1, failed: [], text: 'kind: Pod\n' };
    },
    close_yaml_copy() {
      return null;
    },
    close_view({ id }) {
      open.delete(id);
      return null;
    },
    rows(ask): Rows {
      const one = view(ask.view);
      const now = state(one);
      const all = now.phase === 'failed' ? { rows: [], total: 0 } : made(one);
      const shown = now.phase === 'listing' ? all.rows.slice(0, now.received) : all.rows;
      const from = Math.max(0, Math.min(ask.from, shown.length - ask.count));
      return {
        version: world.version,
        matched: shown.length,
        total: now.phase === 'listing' ? now.received : all.total,
        from,
        rows: shown.slice(from, from + ask.count).map(({ key, namespace, name, kind, cells }) => ({
          key,
          namespace,
          name,
          kind,
          cells,
          selected: one.selected.has(`${kind}/${namespace}/${name}`),
        })),
        selected: one.selected.size,
        nextTickMs: 1000,
        state: now,
        columnsVersion: 1,
        columns: ask.columnsVersion === 1 ? null : (TABLES[one.ask.kind]?.columns ?? []),
        filterProblem: null,
      };
    },
  };
};

export default views;
