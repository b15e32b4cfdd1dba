// How a context logs in, in words.

import type { Access, ErrorCode } from '../../wire';

/** Whether `connect` can be tried. */
export function isReady(access: Access): boolean {
  return access.type !== 'broken';
}

/** A word or two for the list. */
export function accessWords(access: Access): string {
  switch (access.type) {
    case 'token':
      return 'token';
    case 'tokenFile':
      return 'token file';
    case 'clientCertificate':
      return 'client certificate';
    case 'basic':
      return 'user and password';
    case 'program':
      return `program ${nameOf(access.why)}`;
    case 'oidc':
      return 'OIDC sign-in';
    case 'anonymous':
      return 'no credentials';
    case 'broken':
      return 'broken';
  }
}

/** The last part of a program's path; the whole where there is none. */
export function nameOf(program: string): string {
  return program.split('/').findLast((part) => part !== '') ?? program;
}

/** What helps when connecting failed with `code`; empty when the error says it itself. */
export function adviceFor(code: ErrorCode): string {
  switch (code) {
    case 'unreachable':
      return 'Check the network, the VPN and whether the cluster runs.';
    case 'untrusted':
      return 'Compare the certificate authority in the kubeconfig with the cluster’s; trying again will not help by itself.';
    case 'unauthorized':
      return 'Renew the credentials in the kubeconfig.';
    case 'forbidden':
      return 'The server knows you, but does not let you in; ask its administrator.';
    case 'malformed':
    case 'gone':
    case 'other':
      return '';
  }
}
