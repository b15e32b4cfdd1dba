// An attachment that gives an element the keyboard as soon as it is there.

/** For inputs of panels that the user has just opened. */
export function focusOnMount(element: HTMLElement): void {
  element.focus();
}
