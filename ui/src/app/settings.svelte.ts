// Settings kept between starts, and the theme they ask for.

import { rpc } from '../host';
import { problems, words } from '../kit/problems.svelte';
import { NO_CHOICE } from '../table/columns';
import type { RecordingLimits, SavedView, Settings, TableChoice, Theme } from '../wire';

const DRAWER_WIDTH = 400;
const DOCK_HEIGHT = 280;
/** Columns are dragged in many small steps. */
const KEEP_AFTER_MS = 400;

class SettingsState {
  #kept = $state.raw<Settings>({
    theme: 'system',
    drawerWidth: 0,
    dockHeight: 0,
    tables: {},
    tourDismissed: false,
    savedViews: [],
    recording: { days: 7, megabytes: 200 },
  });
  #systemDark = $state(true);
  #keepSoon: ReturnType<typeof setTimeout> | undefined;

  drawerWidth = $derived(this.#kept.drawerWidth || DRAWER_WIDTH);
  dockHeight = $derived(this.#kept.dockHeight || DOCK_HEIGHT);
  theme = $derived(this.#kept.theme);
  /** They were read, or it is known that they cannot be. */
  loaded = $state(false);
  tourDismissed = $derived(this.#kept.tourDismissed);
  recording = $derived<RecordingLimits>(this.#kept.recording);
  savedViews = $derived<readonly SavedView[]>(this.#kept.savedViews);
  /** The theme on screen. */
  shownTheme = $derived<'dark' | 'light'>(
    this.#kept.theme === 'system' ? (this.#systemDark ? 'dark' : 'light') : this.#kept.theme,
  );

  /** Reads the settings; without them the defaults stay, and the banner says so. */
  async load(): Promise<void> {
    try {
      this.#kept = await rpc('settings', null);
    } catch (thrown) {
      problems.report(`Settings could not be read: ${words(thrown)}`);
    }
    this.loaded = true;
  }

  /** Follows the desktop's theme. */
  followSystem(): () => void {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => (this.#systemDark = query.matches);
    follow();
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }

  setTheme(theme: Theme): void {
    this.change({ theme });
    this.keep();
  }

  /**
   * Chooses how much is recorded.
   * @throws WireError where that cannot be: then it stays as it was.
   */
  async setRecording(recording: RecordingLimits): Promise<void> {
    await rpc('set_settings', { ...this.#kept, recording });
    this.change({ recording });
  }

  /** Changes what is on screen; {@link keep} writes it down. */
  change(changes: Partial<Settings>): void {
    this.#kept = { ...this.#kept, ...changes };
  }

  /** What was chosen for the table of a kind. */
  table(kind: string): TableChoice {
    return this.#kept.tables[kind] ?? NO_CHOICE;
  }

  /** Chooses columns and order for the table of a kind; kept when nothing more changed for a moment. */
  setTable(kind: string, choice: TableChoice): void {
    this.change({ tables: { ...this.#kept.tables, [kind]: choice } });
    clearTimeout(this.#keepSoon);
    this.#keepSoon = setTimeout(() => this.keep(), KEEP_AFTER_MS);
  }

  /** Keeps a view under its name, in place of one that has it. */
  saveView(view: SavedView): void {
    const at = this.savedViews.findIndex((one) => one.name === view.name);
    this.#setViews(at < 0 ? [...this.savedViews, view] : this.savedViews.with(at, view));
  }

  renameView(from: string, to: string): void {
    this.#setViews(this.savedViews.map((one) => (one.name === from ? { ...one, name: to } : one)));
  }

  deleteView(name: string): void {
    this.#setViews(this.savedViews.filter((one) => one.name !== name));
  }

  #setViews(savedViews: SavedView[]): void {
    this.change({ savedViews });
    this.keep();
  }

  keep(): void {
    clearTimeout(this.#keepSoon);
    rpc('set_settings', this.#kept).catch((thrown: unknown) =>
      problems.report(`Settings could not be kept: ${words(thrown)}`),
    );
  }
}

export const settings = new SettingsState();
