// What the in-memory backend asks before it connects: every sort of item, danger and difference.

import type {
  ConsentChange,
  ConsentItem,
  ConsentSection,
  ContextEntry,
  Danger,
  Question,
} from '../../wire';

const NONE: ConsentChange = { type: 'none' };
const HEX = '3fa90c1d77e2b84456a1f0e29bd8c7735510aa94e61f2d08b7c3de0194a6c012';
const OLD = '9be1047cc2d35f6a81e90b7d4a5c2e13f08d6b97a4c1e25d3f6078b9ca1de234';

function item(label: string, value: string, more: Partial<ConsentItem> = {}): ConsentItem {
  return { label, value, note: '', digest: '', change: NONE, ...more };
}

/** The question about a context; `looked` says whether digests were taken. */
export function questionFor(entry: ContextEntry, id: string, looked: boolean): Question {
  const isHostile = entry.source === 'hostile';
  const isForbidden = entry.name === 'forbidden-plugin';
  const again = entry.name === 'gke-analytics';
  const digest = looked ? HEX : '';
  return {
    id,
    context: entry.id,
    name: entry.name,
    file: entry.file,
    again,
    looked,
    sections: sectionsFor(entry, digest, again),
    dangers: isHostile ? DANGERS : entry.warnings.length > 0 ? DANGERS.slice(0, 1) : [],
    refused: isForbidden
      ? 'kubectl’s credential plugin policy (~/.kube/kuberc) does not allow the program /usr/bin/env.'
      : '',
  };
}

function sectionsFor(entry: ContextEntry, digest: string, again: boolean): ConsentSection[] {
  const sections: ConsentSection[] = [
    {
      title: 'Connects to',
      items: [
        item(
          'Server',
          entry.server,
          again
            ? { change: { type: 'changed', before: 'https://old.example.test', before_digest: '' } }
            : {},
        ),
        item('Certificate authority', 'in the kubeconfig', {
          note: 'Only servers it vouches for are trusted.',
        }),
        ...(again
          ? [item('Proxy', 'socks5://proxy.example.test:1080', { change: { type: 'added' } })]
          : []),
        ...(again
          ? [item('TLS server name', 'api.internal', { change: { type: 'removed' } })]
          : []),
      ],
    },
  ];
  if (entry.access.type === 'program') {
    const path = entry.access.why.startsWith('/')
      ? entry.access.why
      : `/usr/local/bin/${entry.access.why}`;
    sections.push({
      title: 'Runs',
      items: [
        item('Program', path, {
          note: `Written as “${entry.access.why}”, found on the PATH of your login shell.`,
          digest,
          change: again ? { type: 'changed', before: path, before_digest: OLD } : NONE,
        }),
        item('Argument 1', 'eks'),
        item('Argument 2', 'get-token'),
        item('Argument 3', `--cluster-name=${entry.cluster}`),
        item(
          'Argument 4',
          `--policy=${'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'.repeat(entry.source === 'hostile' ? 40 : 2)}`,
        ),
        item('Environment', 'AWS_PROFILE=prod', {
          note: 'Added to the environment of your session.',
        }),
        ...(entry.source === 'hostile'
          ? [item('Environment', 'LD_PRELOAD=/home/dev/Downloads/.helper/a.so')]
          : []),
      ],
    });
  }
  if (entry.access.type === 'tokenFile') {
    sections.push({
      title: 'Reads',
      items: [
        item('Token file', '/var/run/secrets/flaky/token', {
          note: 'Its content is sent to the server as a bearer token.',
          digest,
        }),
      ],
    });
  }
  sections.push({
    title: 'Logs in with',
    items: [
      entry.access.type === 'oidc'
        ? item('OIDC issuer', entry.access.why, {
            note: 'Is asked for a new token when the present one ends.',
          })
        : item('User', entry.user, {
            note: 'What is sent goes to the server above and nowhere else.',
          }),
    ],
  });
  return sections;
}

const DANGERS: Danger[] = [
  {
    id: 'insecure',
    title: 'The server’s certificate is not checked',
    why: 'Anyone between you and the server can read and change everything, your credentials among it.',
  },
  {
    id: 'preload',
    title: 'LD_PRELOAD loads other code into the program',
    why: 'The library /home/dev/Downloads/.helper/a.so would run as part of the program, with your rights.',
  },
  {
    id: 'beside',
    title: 'The program lies beside the kubeconfig',
    why: 'Whoever gave you the file may have given you the program too. It runs with your rights.',
  },
];
