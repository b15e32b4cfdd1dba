// Whether the dialog has stood undisturbed long enough for its dangerous buttons.

import { delayStep, type Delay, type DelayInput } from './delay';

export class Standing {
  #state = $state.raw<Delay>({ type: 'covered' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  ready = $derived(this.#state.type === 'ready');

  /** Watches the dialog on screen; answers how to stop. */
  watch(dialog: HTMLElement): () => void {
    const disturb = () => {
      if (document.hidden) this.#take({ type: 'covered' });
      else this.#take({ type: 'disturbed', now: performance.now() });
    };
    disturb();
    // Another size or place of the dialog is another place of its buttons.
    const sizes = new ResizeObserver(disturb);
    sizes.observe(dialog);
    const events: [EventTarget, string][] = [
      [window, 'focus'],
      [window, 'blur'],
      [window, 'resize'],
      [document, 'visibilitychange'],
    ];
    for (const [target, event] of events) target.addEventListener(event, disturb);
    return () => {
      clearTimeout(this.#timer);
      sizes.disconnect();
      for (const [target, event] of events) target.removeEventListener(event, disturb);
    };
  }

  /** Something lies over it. */
  cover(): void {
    this.#take({ type: 'covered' });
  }

  /** Nothing does any more. */
  uncover(): void {
    this.#take({ type: 'disturbed', now: performance.now() });
  }

  #take(input: DelayInput): void {
    this.#state = delayStep(this.#state, input);
    clearTimeout(this.#timer);
    if (this.#state.type !== 'waiting') return;
    const left = Math.max(1, this.#state.until - performance.now());
    this.#timer = setTimeout(() => this.#take({ type: 'tick', now: performance.now() }), left);
  }
}
