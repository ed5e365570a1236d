/** Vonage through its official SDK, as its documentation shows it. */

import { Auth } from '@vonage/auth';
import { Verify2 } from '@vonage/verify2';
import type { PeerSettings } from './settings.ts';

export interface PeerVonage {
  /** The check_url comes at once where the operator was asked first, else by webhook. */
  start(phoneNumber: string): Promise<{ requestId: string; checkUrl?: string }>;
  /** Throws when the code is refused. */
  check(requestId: string, code: string): Promise<void>;
}

type NewRequest = Parameters<Verify2['newRequest']>[0];

export function createPeerVonage(settings: PeerSettings): PeerVonage {
  const { applicationId, privateKey, vonageUrl } = settings;
  const auth = new Auth({ applicationId, privateKey });
  const verify = new Verify2(auth, { apiHost: vonageUrl, timeout: 6000 });
  return {
    async start(phoneNumber) {
      const request: unknown = {
        brand: 'Example',
        workflow: [{ channel: 'silent_auth', to: phoneNumber.replace('+', '') }],
      };
      const { requestId, checkUrl } = await verify.newRequest(request as NewRequest);
      return { requestId, ...(checkUrl && { checkUrl }) };
    },
    async check(requestId, code) {
      await verify.checkCode(requestId, code);
    },
  };
}
