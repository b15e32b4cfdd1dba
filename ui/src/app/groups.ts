// The sidebar's groups: kinds come in its order, those under one heading together.

import type { KindEntry } from '../wire';
import { FINDINGS, HELM, OVERVIEW } from './derived';

/** A link of the sidebar. */
export interface Link {
  /** Kind id, or `scaling`. */
  id: string;
  title: string;
  /** Why its objects cannot be listed; empty where they can, or that is not known. */
  lack: string;
  /** Whether the server could not say if they can. */
  unsure: boolean;
}

/** A group of the sidebar: a link of its own, or a fold with links. */
export type Group =
  | { type: 'link'; link: Link }
  | { type: 'fold'; title: string; links: Link[]; open: boolean; custom: boolean };

/** The table of all autoscalers. */
export const SCALING: Link = { id: 'scaling', title: 'Scaling', lack: '', unsure: false };

/** The fold that is open at first. */
const OPEN = 'Workloads';

/** Groups in the order of the sidebar. */
export function sidebarGroups(kinds: readonly KindEntry[]): Group[] {
  const groups: Group[] = [
    { type: 'link', link: OVERVIEW },
    { type: 'link', link: scalingLink(kinds) },
    { type: 'link', link: { ...scalingLink(kinds), id: FINDINGS, title: 'Findings' } },
  ];
  for (const kind of kinds) {
    const link = toLink(kind);
    const last = groups.at(-1);
    if (!kind.section) {
      groups.push({ type: 'link', link });
      // Where habit looks for it.
      if (kind.id === 'events') {
        groups.push({ type: 'fold', title: 'Helm', links: [HELM], open: false, custom: false });
      }
    } else if (last?.type === 'fold' && last.title === kind.section) {
      last.links.push(link);
    } else {
      const { section: title, custom } = kind;
      groups.push({ type: 'fold', title, links: [link], open: title === OPEN, custom });
    }
  }
  return groups;
}

/** Whether a group lists custom resources; they stand under a heading of their own. */
export function isCustom(group: Group): boolean {
  return group.type === 'fold' && group.custom;
}

function toLink(kind: KindEntry): Link {
  return {
    id: kind.id,
    title: kind.title,
    lack: kind.lack?.sentence ?? '',
    unsure: kind.unsure,
  };
}

/** The table is joined from two kinds; without HPAs there is little to see. */
export function scalingLink(kinds: readonly KindEntry[]): Link {
  const hpas = kinds.find((kind) => kind.id === 'horizontalpodautoscalers');
  return { ...SCALING, lack: hpas?.lack?.sentence ?? '' };
}
