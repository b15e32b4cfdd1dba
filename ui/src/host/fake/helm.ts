// Helm releases of the in-memory backend.

import type { HelmAsk, HelmRelease } from '../../wire';
import type { FakePart } from './registry';

const REVISIONS = 3;

function release({ namespace, name, revision }: HelmAsk): HelmRelease {
  const shown = revision ?? REVISIONS;
  return {
    name,
    namespace,
    revision: shown,
    newest: REVISIONS,
    status:
      shown === REVISIONS
        ? { text: 'deployed', tone: 'good' }
        : { text: 'superseded', tone: 'quiet' },
    description: 'Upgrade complete',
    chart: 'shop-1.2.3',
    appVersion: '4.5',
    updated: '3d ago, 2026-11-18 10:00:00',
    first: '40d ago, 2026-10-12 10:00:00',
    notes: 'Open the door.',
    values: `replicas: ${shown}\n`,
    computed: `image:\n  tag: "4.5"\nreplicas: ${shown}\n`,
    manifest: `# Source: shop/templates/deployment.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  replicas: ${shown}\n`,
    hooks: '',
    masked: 0,
    resources: [{ kindId: 'deployments', kind: 'Deployment', namespace, name }],
    history: Array.from({ length: REVISIONS }, (_, at) => ({
      revision: REVISIONS - at,
      status:
        at === 0
          ? { text: 'deployed', tone: 'good' as const }
          : { text: 'superseded', tone: 'quiet' as const },
      updated: `${at * 10 + 3}d ago`,
    })),
    note: '',
  };
}

const part: FakePart = () => ({
  open_release: () => ({ release: 1 }),
  close_release: () => null,
  helm_release: release,
  helm_diff: ({ from, to }) =>
    from === to
      ? { lines: [], added: 0, removed: 0, note: '' }
      : {
          lines: [
            { kind: 'removed', old: 7, new: null, text: `  replicas: ${from}` },
            { kind: 'added', old: null, new: 7, text: `  replicas: ${to}` },
          ],
          added: 1,
          removed: 1,
          note: '',
        },
});

export default part;
