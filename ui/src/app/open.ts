// Which clusters are open after the backend was asked, while connecting goes on.

import type { ClusterInfo } from '../wire';

interface Open {
  info: ClusterInfo;
}

/**
 * `before` were open when it was asked, `now` are; `told` is the answer. One that was connected meanwhile stays, one that is
 * gone goes, one told that nobody knows yet (the page was loaded again) is made, in their order.
 */
export function afterReading<T extends Open>(
  before: readonly T[],
  now: readonly T[],
  told: readonly ClusterInfo[],
  make: (info: ClusterInfo) => T,
): readonly T[] {
  const answers = new Map(told.map((info) => [info.cluster, info]));
  const kept = now.filter((one) => answers.has(one.info.cluster) || !before.includes(one));
  for (const one of kept) {
    const info = answers.get(one.info.cluster);
    if (info) one.info = info;
    answers.delete(one.info.cluster);
  }
  // Closed by the person while it was asked.
  for (const one of before) if (!now.includes(one)) answers.delete(one.info.cluster);
  return [...kept, ...[...answers.values()].map(make)];
}
