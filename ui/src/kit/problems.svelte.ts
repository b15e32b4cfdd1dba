// Failures of the window itself, said without stopping anything.

/** Sentences shown in the banner, newest last. */
class Problems {
  list = $state.raw<readonly string[]>([]);

  /** Says `what` failed; the same sentence is said once. */
  report(what: string): void {
    if (!this.list.includes(what)) this.list = [...this.list.slice(-2), what];
  }

  dismiss(what: string): void {
    this.list = this.list.filter((one) => one !== what);
  }
}

export const problems = new Problems();

/** Says what went wrong where nobody caught it; answers how to stop listening. */
export function catchUncaught(target: Window): () => void {
  const onerror = (event: ErrorEvent) => {
    // Browsers raise this when a resize is delivered a frame late; nothing failed.
    if (event.message.startsWith('ResizeObserver loop')) return;
    problems.report(`Something in the window failed: ${event.message}`);
  };
  const onrejection = (event: PromiseRejectionEvent) => {
    problems.report(`Something in the window failed: ${words(event.reason)}`);
  };
  target.addEventListener('error', onerror);
  target.addEventListener('unhandledrejection', onrejection);
  return () => {
    target.removeEventListener('error', onerror);
    target.removeEventListener('unhandledrejection', onrejection);
  };
}

/** Anything thrown, in words. */
export function words(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) {
    return String(thrown.message);
  }
  return String(thrown);
}
