// How a context logs in, in words.

import type { Access, ErrorCode } from '../../wire';

/** Whether `connect` can be tried. */
export function isReady(access: Access): boolean {
  switch (access.type) {
    case 'token':
    case 'clientCertificate':
    case 'anonymous':
      return true;
    case 'notYet':
    case 'broken':
      return false;
  }
}

/** A word or two for the list. */
export function accessWords(access: Access): string {
  switch (access.type) {
    case 'token':
      return 'token';
    case 'clientCertificate':
      return 'client certificate';
    case 'anonymous':
      return 'no credentials';
    case 'notYet':
      return 'not yet';
    case 'broken':
      return 'broken';
  }
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
    case 'notYet':
    case 'malformed':
    case 'gone':
    case 'other':
      return '';
  }
}
