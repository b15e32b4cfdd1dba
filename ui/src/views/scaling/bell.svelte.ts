// The bell of one scaling page.

import { asWireError } from '../../host';
import type { ObjectKey } from '../contract';
import { readBell, setBell } from '../shared/bell';

/** On or off, and why the desktop stays silent. */
export class Bell {
  on = $state(false);
  problem = $state('');
  #busy = false;

  constructor(
    private readonly cluster: string,
    private readonly object: ObjectKey,
  ) {}

  /** How it is; called again as that may change by itself. */
  async read(): Promise<void> {
    if (this.#busy) return;
    try {
      const told = await readBell(this.cluster, this.object);
      if (!this.#busy) [this.on, this.problem] = [told.on, told.problem];
    } catch {
      // The page itself says that the cluster is gone.
    }
  }

  async toggle(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
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
