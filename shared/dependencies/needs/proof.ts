/** What `proof` needs. */

import { createKeys } from '../../adapters/secrets/keys.ts';
import { createProofSigner } from '../../adapters/secrets/proof-signer.ts';
import { ENV, type ProofSettings } from '../../config.ts';
import type { ProofSigner } from '../../domain/ports/proof-signer.ts';
import type { TokenNeeds } from '../../lambda/needs.ts';
import type { IssueProofNeeds } from '../../usecases/issue-proof.ts';
import { createAws } from '../aws.ts';
import type { Dependencies } from '../dependencies.ts';
import { createDynamoDb } from '../dynamodb.ts';
import { requireJson, requireVariable } from '../environment.ts';
import { clock } from '../instance.ts';
import { createSecrets } from '../secret-store.ts';
import { createTokenNeeds } from '../tokens.ts';
import { createLog, readOneItem } from '../verification-log.ts';

type ProofNeeds = IssueProofNeeds & TokenNeeds & { readonly signer: ProofSigner };

export function buildProofNeeds(): Dependencies<ProofNeeds> {
  const tokenNeeds = createTokenNeeds();
  const aws = createAws(tokenNeeds.telemetry);
  const settings = requireJson<ProofSettings>(ENV.proofSettings);
  const keysSecret = requireVariable(ENV.keysSecret);
  const secrets = createSecrets(aws, tokenNeeds.telemetry);
  const signer = createProofSigner({
    secrets,
    secretId: requireVariable(ENV.proofKeySecret),
    issuer: requireVariable(ENV.publicUrl),
    settings,
  });
  const log = createLog(createDynamoDb(aws));
  const { identities } = createKeys({ secrets, secretId: keysSecret });
  const { lifetimeSeconds } = settings;
  return {
    needs: { ...tokenNeeds, log, identities, signer, clock, lifetimeSeconds },
    early: [readOneItem(log), signer.publicKeys, () => secrets.get(keysSecret)],
  };
}
