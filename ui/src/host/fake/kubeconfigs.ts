// Invented kubeconfigs of every sort for the in-memory backend. The page's query says which:
// `?start=missing`, `?start=malformed`, `?start=one`, `?contexts=5000`.

import type { Access, ContextEntry, SourceEntry } from '../../wire';

const HOME = '/home/dev/.kube/config';
const EU = '/home/dev/clusters/eu-north-1/production.kubeconfig';
const US = '/home/dev/clusters/us-east-2/staging-with-a-rather-long-name.kubeconfig';
const FOLDER = '/home/dev/work/kubeconfigs/customer-4711.yaml';

const DAY = 86_400_000;

export function context(
  source: string,
  file: string,
  name: string,
  more: Partial<ContextEntry> = {},
): ContextEntry {
  return {
    id: `${source}/${name}`,
    source,
    file,
    name,
    cluster: name,
    server: `https://${name}.example.test:6443`,
    user: `${name}-admin`,
    namespace: '',
    current: false,
    access: { type: 'clientCertificate' },
    warnings: [],
    lastUsed: '',
    lastUsedMs: 0,
    settings: { colour: 0, title: '', namespace: '' },
    ...more,
  };
}

function source(id: string, more: Partial<SourceEntry>): SourceEntry {
  return {
    id,
    origin: 'opened',
    title: id,
    files: [],
    problem: null,
    warnings: [],
    fresh: false,
    removable: true,
    ...more,
  };
}

export function makeSources(query: URLSearchParams): SourceEntry[] {
  const home = source('home', {
    origin: 'home',
    title: 'config',
    files: [HOME],
    removable: false,
  });
  switch (query.get('start')) {
    case 'missing':
      return [];
    case 'one':
      return [home];
    case 'malformed':
      return [{ ...home, problem: MALFORMED }];
    default:
  }
  return [
    source('hostile', {
      title: 'invoice-2026.kubeconfig',
      files: ['/home/dev/Downloads/invoice-2026.kubeconfig'],
      warnings: [
        'This file came from the network (its folder is Downloads) and anyone on this machine may write it.',
      ],
    }),
    source('pasted', { origin: 'pasted', title: 'Pasted at 14:03' }),
    source('env', {
      origin: 'environment',
      title: 'KUBECONFIG',
      files: [EU, US],
      removable: false,
    }),
    home,
    source('folder', {
      origin: 'folder',
      title: 'customer-4711.yaml',
      files: [FOLDER],
      removable: false,
    }),
    source('broken', {
      origin: 'folder',
      title: 'notes.yaml',
      files: ['/home/dev/work/kubeconfigs/notes.yaml'],
      problem: MALFORMED,
      removable: false,
    }),
  ];
}

const MALFORMED = {
  code: 'malformed' as const,
  message: 'notes.yaml is not valid YAML: line 12, a tab where spaces belong.',
  detail: 'Correct the file; it is read again by itself.',
};

export function makeContexts(query: URLSearchParams): ContextEntry[] {
  const start = query.get('start');
  if (start === 'missing' || start === 'malformed') return [];
  const home = (name: string, more: Partial<ContextEntry> = {}) =>
    context('home', HOME, name, more);
  const token: Access = { type: 'token' };
  const all = [
    home('kwok-local', {
      current: true,
      lastUsed: 'today 13:40',
      lastUsedMs: 20 * DAY,
      settings: { colour: 2, title: '', namespace: '' },
    }),
    home('team-shop', {
      namespace: 'shop',
      access: token,
      lastUsed: 'yesterday 09:12',
      lastUsedMs: 19 * DAY,
      settings: { colour: 4, title: 'Shop (team)', namespace: '' },
    }),
    home('slow', { server: 'https://slow.example.test' }),
    home('flaky', { access: { type: 'tokenFile' } }),
    home('unreachable', { server: 'https://192.0.2.1:6443' }),
    home('untrusted', {
      warnings: ['The certificate of the server is not checked (insecure-skip-tls-verify).'],
    }),
    home('unauthorized', { access: token }),
    home('half-written', {
      access: {
        type: 'broken',
        why: 'The user “half-written-admin” is not in the file. Add it, or correct the context.',
      },
    }),
  ];
  if (start === 'one') return all;
  all.push(
    context('hostile', '/home/dev/Downloads/invoice-2026.kubeconfig', 'prod', {
      current: true,
      server: 'http://169.254.169.254/latest/meta-data',
      user: 'x',
      access: { type: 'program', why: '/home/dev/Downloads/.helper/get-token' },
      warnings: [
        'The connection is not encrypted (http).',
        'The address is that of a cloud’s metadata service.',
      ],
    }),
    context('hostile', '/home/dev/Downloads/invoice-2026.kubeconfig', 'forbidden-plugin', {
      access: { type: 'program', why: '/usr/bin/env' },
    }),
    context('pasted', '', '<b>markup</b> & ⟨U+202E⟩backwards', {
      file: 'Pasted at 14:03',
      access: token,
    }),
    context('env', EU, 'eks-prod-eu-north-1', {
      current: true,
      server: 'https://0A1B2C3D4E5F.gr7.eu-north-1.eks.amazonaws.com',
      cluster: 'arn:aws:eks:eu-north-1:111122223333:cluster/prod',
      user: 'arn:aws:eks:eu-north-1:111122223333:cluster/prod',
      namespace: 'checkout',
      access: { type: 'program', why: 'aws' },
      lastUsed: '25 Nov 17:05',
      lastUsedMs: 18 * DAY,
      settings: { colour: 3, title: '', namespace: '' },
    }),
    context('env', EU, 'gke-analytics', {
      access: { type: 'program', why: 'gke-gcloud-auth-plugin' },
    }),
    context('env', US, 'oidc-staging', {
      access: { type: 'oidc', why: 'https://login.example.test/realms/dev' },
    }),
    context('env', US, 'basic-legacy', { access: { type: 'basic' } }),
    context('folder', FOLDER, 'customer-4711', { current: true, access: token }),
  );
  const count = Number(query.get('contexts') ?? 0);
  for (let number = 0; number < count; number += 1) {
    const padded = String(number).padStart(4, '0');
    all.push(
      context('folder', FOLDER, `fleet-${padded}`, {
        namespace: `team-${number % 40}`,
        access: token,
      }),
    );
  }
  return all;
}
