import { expect, it } from 'vitest';

import type { KindEntry } from '../wire';
import { isCustom, sidebarGroups } from './groups';

const kind = (id: string, one: string, group = '', custom = false): KindEntry => ({
  id,
  title: `${one}s`,
  kind: one,
  group,
  namespaced: true,
  shortNames: [],
  custom,
  lack: null,
  unsure: false,
});

const KINDS = [
  kind('horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'autoscaling'),
  kind('nodes', 'Node'),
  kind('apps/v1/statefulsets', 'StatefulSet', 'apps'),
  kind('deployments', 'Deployment', 'apps'),
  kind('pods', 'Pod'),
  kind('scaledobjects', 'ScaledObject', 'keda.sh', true),
  kind('a/v1/certs', 'Cert', 'a.example', true),
  kind('x/v1/odd', 'Odd', 'x.k8s.io'),
  { ...kind('m/v1/pods', 'PodMetrics', 'metrics.k8s.io'), title: 'Pods' },
  kind('leases', 'Lease', 'coordination.k8s.io'),
  kind('secrets', 'Secret'),
  kind('configmaps', 'ConfigMap'),
  kind('b/v1/jobs', 'Job', 'b.example', true),
];

const drawn = (kinds: KindEntry[]) =>
  sidebarGroups(kinds).map((group) =>
    group.type === 'link'
      ? group.link.title
      : `${group.title}: ${group.links.map((link) => link.title).join(' ')}`,
  );

it('has a place for every kind, and no group without kinds', () => {
  expect(drawn(KINDS)).toEqual([
    'Scaling',
    'Workloads: Pods Deployments StatefulSets',
    'Config: ConfigMaps Secrets HorizontalPodAutoscalers',
    'Nodes',
    'Other: Odds Pods · metrics.k8s.io Leases',
    'a.example: Certs',
    'b.example: Jobs',
    'keda.sh: ScaledObjects',
  ]);
  expect(drawn([])).toEqual(['Scaling']);
});

it('opens the workloads only', () => {
  const open = sidebarGroups(KINDS).flatMap((group) =>
    group.type === 'fold' && group.open ? [group.title] : [],
  );
  expect(open).toEqual(['Workloads']);
});

it('knows which groups are custom', () => {
  const custom = sidebarGroups(KINDS).filter((group) => isCustom(group, KINDS));
  expect(custom).toHaveLength(3);
});
