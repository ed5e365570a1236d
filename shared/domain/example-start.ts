/** An invented start of a verification, for the examples in the contracts and for warm-ups. */

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
