// What the window keeps of one connected cluster: where the user is, what is open.

import { asWireError, onNotice, rpc } from '../host';
import { problems } from '../kit/problems.svelte';
import { Refresh } from '../kit/refresh';
import type {
  Actions,
  ClusterInfo,
  ClusterStatus,
  KindEntry,
  ObjectRef,
  SavedView,
  TableChoice,
} from '../wire';
import type { DrawerTab, ObjectKey } from '../views/contract';
import { OVERVIEW, RELEASES } from './derived';
import { SCALING } from './groups';
import { Visited } from './visited';

/** Kinds that have a scaling page. */
const AUTOSCALERS = ['horizontalpodautoscalers', 'scaledobjects', 'scaledjobs'];

/** What the main area shows: the cluster page, a table, or the page of an autoscaler, of a release, of an object's relations. */
export type Place =
  | { type: 'overview' }
  | { type: 'table'; kind: string }
  | { type: 'scaling'; target: ObjectKey }
  | { type: 'relations'; target: ObjectKey }
  | { type: 'release'; target: ObjectKey };

/** All that going back restores. */
interface Where {
  place: Place;
  namespaces: readonly string[];
  filter: string;
  drawer: { object: ObjectKey; tab: DrawerTab } | null;
  view: TableChoice | null;
  group: string | null;
}

/** The filter and the drawer's tab are how a place is left, not another place. */
function isSame(a: Where, b: Where): boolean {
  const words = ({ place, namespaces, drawer, group }: Where) =>
    JSON.stringify([place, namespaces, drawer?.object, group]);
  return words(a) === words(b);
}

/** A log in the dock. */
export interface DockTab {
  id: number;
  namespace: string;
  pod: string;
  container: string | undefined;
}

/** State of one cluster's workbench. */
export class ClusterState {
  kinds = $state.raw<readonly KindEntry[]>([]);
  /** API groups that did not answer. */
  failedGroups = $state.raw<readonly string[]>([]);
  /** Why kinds could not be read. */
  kindsProblem = $state('');
  /** Whether the account may list none of the kinds. */
  listsNothing = $state(false);
  place = $state.raw<Place>({ type: 'table', kind: 'pods' });
  namespaces = $state.raw<string[]>([]);
  /** Of the table, as it applies. */
  filter = $state('');
  /** Columns and order of the saved view on screen, until the user goes on or chooses others. */
  view = $state.raw<TableChoice | null>(null);
  /** An object whose row is to be shown in the table. */
  sought = $state.raw<ObjectKey | null>(null);
  drawer = $state.raw<{ object: ObjectKey; tab: DrawerTab } | null>(null);
  /** The group of events, or the finding, in the drawer's place, by its row's key. */
  group = $state.raw<string | null>(null);
  dock = $state.raw<readonly DockTab[]>([]);
  dockActive = $state(0);

  /** Its title and colour may change while it is open. */
  info: ClusterInfo;
  /** What the status bar and the rail say of its connection. */
  status = $state.raw<ClusterStatus | null>(null);
  /** Why the status could not be read. */
  statusFailed = $state('');

  /** The table shown last; it stays open behind other pages. */
  tableKind = $state('pods');
  /** How often the user went to a table: the keyboard goes there, even to the one that is shown already. */
  arrivals = $state(0);
  canBack = $state(false);
  canForward = $state(false);

  #nextTab = 1;
  readonly #visited: Visited<Where>;
  readonly #status = new Refresh(() => this.#readStatus());

  constructor(info: ClusterInfo) {
    this.info = $state.raw(info);
    if (info.namespace) this.namespaces = [info.namespace];
    this.#visited = new Visited(this.#where(), isSame);
  }

  #where(): Where {
    const { place, namespaces, filter, drawer, view, group } = this;
    return { place, namespaces, filter, drawer, view, group };
  }

  /** Remembers where the user is; called whenever that changes. */
  visit(): void {
    this.#visited.go(this.#where());
    this.#tellVisited();
  }

  back(): void {
    if (this.canBack) this.#take(this.#visited.back());
  }

  forward(): void {
    if (this.canForward) this.#take(this.#visited.forward());
  }

  #take({ place, namespaces, filter, drawer, view, group }: Where): void {
    if (place.type === 'table') this.tableKind = place.kind;
    this.place = place;
    this.namespaces = [...namespaces];
    this.filter = filter;
    this.drawer = drawer;
    this.view = view;
    this.group = group;
    this.#tellVisited();
  }

  #tellVisited(): void {
    this.canBack = this.#visited.canBack;
    this.canForward = this.#visited.canForward;
  }

  /** Whether its connection is proven alive; unknown at first. */
  get live(): boolean | null {
    if (this.statusFailed) return false;
    return this.status?.live ?? null;
  }

  /** Reads the status, and again whenever it changes; answers how to stop. */
  followStatus(): () => void {
    const want = () => {
      if (!document.hidden) void this.#status.want();
    };
    want();
    document.addEventListener('visibilitychange', want);
    // What is told every few seconds heals what was lost.
    const stop = onNotice((notice) => {
      if (notice.type === 'cluster' && notice.cluster === this.info.cluster) want();
    });
    return () => {
      stop();
      document.removeEventListener('visibilitychange', want);
    };
  }

  /** Reads the served kinds, and again whenever they change; answers how to stop. */
  followKinds(): () => void {
    void this.readKinds();
    return onNotice((notice) => {
      if (notice.type === 'kinds' && notice.cluster === this.info.cluster) void this.readKinds();
    });
  }

  goTo(kind: string): void {
    if (kind === OVERVIEW.id) {
      this.place = { type: 'overview' };
    } else {
      if (kind !== this.tableKind) this.filter = '';
      this.tableKind = kind;
      this.place = { type: 'table', kind };
      this.arrivals += 1;
    }
    this.closeDrawer();
    this.view = null;
  }

  /** Goes to an object, and to its row in the table of its kind. */
  goToObject({ kind, namespace, name }: ObjectKey): void {
    this.goTo(kind);
    if (namespace && this.namespaces.length > 0 && !this.namespaces.includes(namespace)) {
      this.namespaces = [namespace];
    }
    // Its row is to be seen, whatever was looked for before.
    this.filter = '';
    this.sought = { kind, namespace, name };
    this.openDrawer({ kind, namespace, name });
  }

  /** Goes to a saved view. What is remembered of its kind stays as it is. */
  goToView({ kind, namespaces, filter, table }: SavedView): void {
    this.goTo(kind);
    this.namespaces = [...namespaces];
    this.filter = filter;
    this.view = table;
  }

  /** A served kind by its id; in another version than the one shown first its title says which. */
  kindOf(id: string): KindEntry | undefined {
    const known = this.kinds.find((one) => one.id === id);
    if (known) return known;
    const [group, version, plural] = id.split('/');
    if (!version) return undefined;
    const other = this.kinds.find(
      (one) =>
        (one.group || 'core') === group && one.plural === plural && one.versions.includes(version),
    );
    return other && { ...other, id, title: `${other.title} ${version}` };
  }

  /** The title of a kind that the cluster serves. */
  titleOf(kind: string): string | undefined {
    if (kind === SCALING.id) return SCALING.title;
    return this.kindOf(kind)?.title;
  }

  /** Opens the scaling page of an autoscaler, the drawer of anything else. */
  openObject(object: ObjectKey): void {
    const fromScaling = this.place.type === 'table' && this.place.kind === SCALING.id;
    if (fromScaling && AUTOSCALERS.includes(object.kind)) this.openScaling(object);
    else this.openDrawer(object);
  }

  openScaling(target: ObjectKey): void {
    this.place = { type: 'scaling', target };
    this.closeDrawer();
  }

  openRelations(target: ObjectKey): void {
    this.place = { type: 'relations', target };
    this.closeDrawer();
  }

  openDrawer(object: ObjectKey, tab: DrawerTab = 'overview'): void {
    // A release is no object of the cluster: it has a page.
    if (object.kind === RELEASES) {
      this.place = { type: 'release', target: object };
      this.closeDrawer();
      return;
    }
    this.group = null;
    this.drawer = { object, tab };
  }

  /** Opens a group of events, or a finding, in the drawer's place. */
  openGroup(key: string): void {
    this.drawer = null;
    this.group = key;
  }

  closeDrawer(): void {
    this.drawer = null;
    this.group = null;
  }

  openRef({ kindId, namespace, name }: ObjectRef, tab: DrawerTab = 'overview'): void {
    if (!kindId) return;
    // A kind without a name is the table of its objects.
    if (name) this.openDrawer({ kind: kindId, namespace, name }, tab);
    else this.goTo(kindId);
  }

  /** Opens a log, or brings the open one to the front. */
  openLog(namespace: string, pod: string, container?: string): void {
    const open = this.dock.find(
      (tab) => tab.namespace === namespace && tab.pod === pod && tab.container === container,
    );
    if (open) {
      this.dockActive = open.id;
      return;
    }
    const id = this.#nextTab;
    this.#nextTab += 1;
    this.dock = [...this.dock, { id, namespace, pod, container }];
    this.dockActive = id;
  }

  closeTab(id: number): void {
    const at = this.dock.findIndex((tab) => tab.id === id);
    this.dock = this.dock.filter((tab) => tab.id !== id);
    if (this.dockActive === id) {
      this.dockActive = (this.dock[at] ?? this.dock[at - 1])?.id ?? 0;
    }
  }

  /** What the account is known not to be allowed; what is not known is left to the server. */
  async actions(kind: string, namespace: string): Promise<Actions> {
    try {
      return await rpc('actions', { cluster: this.info.cluster, kind, namespace });
    } catch {
      return { logs: null, yaml: null, events: null, graph: null };
    }
  }

  async #readStatus(): Promise<void> {
    try {
      this.status = await rpc('cluster_status', { cluster: this.info.cluster });
      this.statusFailed = '';
      if (this.status.problem) problems.report(this.status.problem);
    } catch (thrown) {
      this.statusFailed = asWireError(thrown).message || 'the status could not be read';
    }
  }

  /** Reads the served kinds; the backend asks the cluster again where what it knows is old. */
  async readKinds(): Promise<void> {
    try {
      const list = await rpc('kinds', { cluster: this.info.cluster });
      this.kinds = list.kinds;
      this.failedGroups = list.failedGroups;
      this.kindsProblem = list.problem;
      this.listsNothing = list.nothing;
    } catch (thrown) {
      this.kindsProblem = asWireError(thrown).message;
    }
  }
}
