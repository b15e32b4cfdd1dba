// Maps and sets that are replaced, never changed, so that what shows them notices.

/** With `key` set to `value`, or without it for `null`. */
export function changedMap<T>(
  map: ReadonlyMap<string, T>,
  key: string,
  value: T | null,
): ReadonlyMap<string, T> {
  const after = new Map(map);
  if (value === null) after.delete(key);
  else after.set(key, value);
  return after;
}

/** With or without `one`. */
export function changedSet(
  set: ReadonlySet<string>,
  one: string,
  isIn: boolean,
): ReadonlySet<string> {
  const after = new Set(set);
  if (isIn) after.add(one);
  else after.delete(one);
  return after;
}

/** The place of each key. */
export function placesOf(keys: readonly string[]): ReadonlyMap<string, number> {
  return new Map(keys.map((key, place) => [key, place]));
}

/** The empty map, of whatever kind. */
export const NO_ENTRIES: ReadonlyMap<string, never> = new Map<string, never>();
