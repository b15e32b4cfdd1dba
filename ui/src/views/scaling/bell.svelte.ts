// The bell of one scaling page.

import { asWireError } from '../../host';
import type { ObjectKey } from '../contract';
import { readBell, setBell } from '../shared/bell';

/** On or off, and why the desktop stays silent. */
export class Bell {
  on = $state(false);
  problem = $state('');
  #busy = false;
  /** What was asked before this was set is no longer so. */
  #set = 0;

  constructor(
    private readonly cluster: string,
    private readonly object: ObjectKey,
  ) {}

  /** How it is; called again as that may change by itself. */
  async read(): Promise<void> {
    if (this.#busy) return;
    const set = this.#set;
    try {
      const told = await readBell(this.cluster, this.object);
      if (set === this.#set) [this.on, this.problem] = [told.on, told.problem];
    } catch {
      // The page itself says that the cluster is gone.
    }
  }

  async toggle(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#set += 1;
    try {
      const told = await setBell(this.cluster, this.object, !this.on);
      [this.on, this.problem] = [told.on, told.problem];
    } catch (thrown) {
      this.problem = asWireError(thrown).message;
    }
    this.#busy = false;
  }

  forget(): void {
    this.problem = '';
  }
}
