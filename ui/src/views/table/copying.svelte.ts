// Copying rows of a table: what is selected, or the row that is meant.

import { asWireError, copy, rpc } from '../../host';
import type { CopyForm, RowKey, RowOut } from '../../wire';
import type { LiveView } from './live.svelte';

/** What the menu offers; YAML is read from the server first. */
export type CopyWhat = CopyForm | 'yaml';

/** The menu's lines. */
export const FORMS: readonly { what: CopyWhat; title: string; key?: string }[] = [
  { what: 'names', title: 'Names', key: 'c' },
  { what: 'qualified', title: 'namespace/name' },
  { what: 'namespaces', title: 'Namespaces', key: 'n' },
  { what: 'yaml', title: 'YAML, secrets masked' },
  { what: 'csv', title: 'CSV of the shown columns' },
  { what: 'tsv', title: 'TSV of the shown columns' },
  { what: 'kubectl', title: 'kubectl command' },
];

/** How often the backend is asked how far reading is. */
const ASK_MS = 150;

export function keyOf({ key, kind, namespace, name }: RowOut): RowKey {
  return { key, kind, namespace, name };
}

/** Copies rows of one view and says what was copied. */
export class Copying {
  /** How far reading objects is; `null` while none are read. */
  reading = $state.raw<{ done: number; total: number; failed: readonly string[] } | null>(null);
  #copy: number | null = null;

  constructor(
    private readonly view: LiveView,
    private readonly say: (words: string, long?: boolean) => void,
  ) {}

  async run(what: CopyWhat, row: RowOut | null, columns: string[]): Promise<void> {
    const view = this.view.id;
    if (view === null) return;
    try {
      if (what === 'yaml') {
        await this.#yaml(view, row);
        return;
      }
      const copied = await rpc('copy_rows', {
        view,
        row: row && keyOf(row),
        form: what,
        columns,
      });
      await copy(copied.text);
      this.say(copied.said);
    } catch (thrown) {
      this.say(`Copying failed: ${asWireError(thrown).message}`, true);
    }
  }

  /** Stops reading; nothing is copied. */
  cancel(): void {
    const id = this.#copy;
    this.#copy = null;
    this.reading = null;
    // Fails only when it is over already.
    if (id !== null) rpc('close_yaml_copy', { id }).catch(() => undefined);
  }

  async #yaml(view: number, row: RowOut | null): Promise<void> {
    this.cancel();
    const { copy: id, total } = await rpc('open_yaml_copy', { view, row: row && keyOf(row) });
    this.#copy = id;
    this.reading = { done: 0, total, failed: [] };
    for (;;) {
      const { done, failed, text } = await rpc('yaml_copy', { id });
      if (this.#copy !== id) return;
      if (text !== null) {
        this.cancel();
        await copy(text);
        const objects = total === 1 ? 'the YAML' : `the YAML of ${total - failed.length} objects`;
        const lost = failed.length > 0 ? `; ${failed.length} could not be read: ${failed[0]}` : '';
        this.say(`Copied ${objects}${lost}`, failed.length > 0);
        return;
      }
      this.reading = { done, total, failed };
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
  }
}
