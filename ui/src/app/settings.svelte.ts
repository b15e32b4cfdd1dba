// Settings kept between starts, and the theme they ask for.

import { rpc } from '../host';
import { problems, words } from '../kit/problems.svelte';
import type { Settings, Theme } from '../wire';

const DRAWER_WIDTH = 400;
const DOCK_HEIGHT = 280;

class SettingsState {
  #kept = $state.raw<Settings>({ theme: 'system', drawerWidth: 0, dockHeight: 0 });
  #systemDark = $state(true);

  drawerWidth = $derived(this.#kept.drawerWidth || DRAWER_WIDTH);
  dockHeight = $derived(this.#kept.dockHeight || DOCK_HEIGHT);
  theme = $derived(this.#kept.theme);
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

  /** Changes what is on screen; {@link keep} writes it down. */
  change(changes: Partial<Settings>): void {
    this.#kept = { ...this.#kept, ...changes };
  }

  keep(): void {
    rpc('set_settings', this.#kept).catch((thrown: unknown) =>
      problems.report(`Settings could not be kept: ${words(thrown)}`),
    );
  }
}

export const settings = new SettingsState();
