import { expect, it } from 'vitest';

import type { KindEntry } from '../wire';
import { isCustom, sidebarGroups } from './groups';

const kind = (id: string, section: string, custom = false): KindEntry => ({
  id,
  title: id,
  kind: id,
  group: custom ? section : '',
  plural: id,
  singular: id,
  section,
  namespaced: true,
  shortNames: [],
  categories: [],
  versions: ['v1'],
  custom,
  lack: null,
  unsure: false,
});

const KINDS = [
  kind('pods', 'Workloads'),
  kind('deployments', 'Workloads'),
  kind('secrets', 'Config'),
  kind('nodes', ''),
  kind('events', ''),
  kind('certs', 'a.example', true),
  kind('jobs', 'b.example', true),
];

const drawn = (kinds: KindEntry[]) =>
  sidebarGroups(kinds).map((group) =>
    group.type === 'link'
      ? group.link.title
      : `${group.title}: ${group.links.map((link) => link.title).join(' ')}`,
  );

it('draws kinds in their order under their headings', () => {
  expect(drawn(KINDS)).toEqual([
    'Overview',
    'Scaling',
    'Findings',
    'Workloads: pods deployments',
    'Config: secrets',
    'nodes',
    'events',
    'Helm: Releases',
    'a.example: certs',
    'b.example: jobs',
  ]);
  expect(drawn([])).toEqual(['Overview', 'Scaling', 'Findings']);
});

it('opens the workloads only', () => {
  const open = sidebarGroups(KINDS).flatMap((group) =>
    group.type === 'fold' && group.open ? [group.title] : [],
  );
  expect(open).toEqual(['Workloads']);
});

it('knows which groups are custom', () => {
  expect(sidebarGroups(KINDS).filter(isCustom)).toHaveLength(2);
});
