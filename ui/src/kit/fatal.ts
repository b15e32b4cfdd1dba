// What is shown when the window cannot start at all: words instead of a blank page.

/** Writes the failure into `target` as text. */
export function showFatal(target: HTMLElement, thrown: unknown): void {
  const text = document.createElement('p');
  text.setAttribute('role', 'alert');
  text.textContent = `Scalescope could not start: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  text.style.padding = '24px';
  target.replaceChildren(text);
}
