/** The configuration of a peer. */

import type { RecordedPeers } from '../../../fixtures/recorded-peers.ts';
import { newApplicationKey } from '../../../fixtures/secrets.ts';
import { APPLICATION_ID, SIGNATURE_SECRET } from '../../../fixtures/webhook-tokens.ts';

export function peerVariables({ url }: RecordedPeers): Readonly<Record<string, string>> {
  const { privateKey } = newApplicationKey();
  const secrets = {
    'private-key': { application_id: APPLICATION_ID, private_key: privateKey },
    signature: { signature_secret: SIGNATURE_SECRET },
  };
  return {
    PEER_SECRETS: JSON.stringify(secrets),
    PEER_VONAGE_URL: url,
    PEER_AWS_URL: url,
    PEER_TABLE: 'Verifications',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}
