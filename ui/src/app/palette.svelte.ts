// What the palette finds: the backend ranks, the window adds what only it knows of and runs what is chosen.

import { asWireError, rpc } from '../host';
import type { FindEntry, FindSort, Found, FoundItem } from '../wire';
import type { ClusterState } from './cluster.svelte';
import { contexts } from './contexts.svelte';
import { DERIVED, OVERVIEW } from './derived';
import { SCALING } from './groups';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { tour } from '../views/demo/tour.svelte';

/** Something the window can do or go to. */
interface Own extends FindEntry {
  run: () => void;
}

const LIMIT = 60;
/** While kinds are still arriving, what was found is found again so often. */
const AGAIN_MS = 300;

function own(sort: FindSort, title: string, run: () => void, words: string[] = []): Own {
  return { id: `${sort} ${title}`, sort, title, words, run };
}

function ofCluster(cluster: ClusterState): Own[] {
  const tables = Object.entries(DERIVED).map(([id, { title, also }]) =>
    own('kind', title, () => cluster.goTo(id), [...also]),
  );
  const versions = cluster.kinds
    .filter((kind) => kind.custom)
    .flatMap((kind) =>
      kind.versions.slice(1).map((version) => {
        const id = `${kind.group}/${version}/${kind.plural}`;
        return own('kind', `${kind.title} ${version}`, () => cluster.goTo(id), [kind.group]);
      }),
    );
  const views = settings.savedViews.map((view) =>
    own('view', view.name, () => cluster.goToView(view)),
  );
  return [
    own('kind', OVERVIEW.title, () => cluster.goTo(OVERVIEW.id), ['cluster', 'health', 'pulse']),
    ...tables,
    ...versions,
    own('kind', SCALING.title, () => cluster.goTo(SCALING.id), ['autoscalers']),
    ...views,
    own('command', 'All namespaces', () => (cluster.namespaces = [])),
    own('command', 'Back', () => cluster.back()),
    own('command', 'Forward', () => cluster.forward()),
    own('command', `Disconnect ${cluster.info.name}`, () => session.disconnect(cluster)),
    ...(cluster.info.demo ? [own('command', 'Tour of the demo cluster', () => tour.begin())] : []),
    own('command', 'Show or hide the sidebar', () => (session.sidebar = !session.sidebar)),
  ];
}

function openContext(context: string): void {
  session.show('contexts');
  session.choose(context);
}

/** Everything the window adds. */
function owned(cluster: ClusterState | null, onkeys: () => void, onsettings: () => void): Own[] {
  const open = session.clusters
    .filter((one) => one !== cluster)
    .map((one) => own('context', one.info.name, () => (session.active = one), ['cluster']));
  const demo = contexts.page?.demo;
  const known = new Set(session.clusters.map((one) => one.info.context));
  const closed = (contexts.page?.contexts ?? [])
    .filter((one) => !known.has(one.id))
    .map((one) => ({
      ...own('context', one.name, () => openContext(one.id)),
      id: `context ${one.id}`,
    }));
  const demoClosed =
    demo && !known.has(demo.context)
      ? [
          own('context', demo.settings.title || demo.name, () => openContext(demo.context), [
            'demo',
            'tour',
          ]),
        ]
      : [];
  return [
    ...(cluster ? ofCluster(cluster) : []),
    own('command', 'Contexts', () => session.show('contexts'), ['start', 'ctx']),
    own('command', 'What you agreed to', () => session.show('consents'), ['consents', 'trust']),
    own('command', 'Settings', onsettings, ['recording', 'preferences', 'options']),
    own('command', 'Theme: dark', () => settings.setTheme('dark')),
    own('command', 'Theme: light', () => settings.setTheme('light')),
    own('command', 'Theme: as the desktop', () => settings.setTheme('system'), ['system']),
    own('command', 'Keys', onkeys, ['help']),
    ...open,
    ...demoClosed,
    ...closed,
  ];
}

const NOTHING: Found = { items: [], matched: 0, searched: [], loading: [], unsearched: [] };

/** One search, from the palette's opening to its closing. */
export class Finding {
  found = $state.raw<Found>(NOTHING);
  /** What {@link found} was found for; null before the first answer. */
  foundFor = $state.raw<string | null>(null);
  problem = $state('');

  readonly #own: readonly Own[];
  #wanted = '';
  #asking = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    private readonly cluster: ClusterState | null,
    onkeys: () => void,
    onsettings: () => void,
  ) {
    this.#own = owned(cluster, onkeys, onsettings);
    // Somebody looks for a kind: what is old is asked again.
    void cluster?.readKinds();
    this.find('');
  }

  find(text: string): void {
    this.#wanted = text;
    void this.#ask();
  }

  run(item: FoundItem): void {
    const { cluster } = this;
    const one = this.#own.find((entry) => entry.id === item.id && entry.sort === item.sort);
    if (one) one.run();
    else if (item.object) cluster?.goToObject(item.object);
    else if (item.sort === 'namespace' && cluster) cluster.namespaces = [item.id];
    else cluster?.goTo(item.id);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    // Fails only when the cluster is closed, and everything with it.
    if (this.cluster) {
      rpc('end_find', { cluster: this.cluster.info.cluster }).catch(() => undefined);
    }
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#closed) return;
    clearTimeout(this.#again);
    this.#asking = true;
    const text = this.#wanted;
    try {
      const entries = this.#own.map(({ id, sort, title, words }) => ({ id, sort, title, words }));
      const cluster = this.cluster?.info.cluster ?? null;
      this.found = await rpc('find', { cluster, text, limit: LIMIT, entries });
      this.problem = '';
    } catch (thrown) {
      this.found = NOTHING;
      this.problem = asWireError(thrown).message;
    }
    this.foundFor = text;
    this.#asking = false;
    if (this.#wanted !== text) await this.#ask();
    else if (this.found.loading.length > 0 && !this.#closed) {
      this.#again = setTimeout(() => void this.#ask(), AGAIN_MS);
    }
  }
}
