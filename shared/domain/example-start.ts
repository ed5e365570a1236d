/** The start of a verification that never was: what the contracts show, and what a warm-up folds. */

import type { Started } from './events.ts';

export function exampleStart(atMs: number): Started {
  return {
    type: 'started',
    atMs,
    workflow: ['silent_auth', 'email'],
    channelTimeoutSeconds: 120,
    codeLength: 6,
    afterUserRejected: 'continue',
    method: 'fetch',
    networkUnsupported: false,
    phoneNumberHash: '',
  };
}
