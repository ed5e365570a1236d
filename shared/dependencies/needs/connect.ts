/** The needs of `$connect`: read access only. */

import { ENV } from '../../config.ts';
import type { VerificationLog } from '../../domain/ports/verification-log.ts';
import type { TokenNeeds } from '../../lambda/needs.ts';
import { createAws } from '../aws.ts';
import type { Dependencies } from '../dependencies.ts';
import { createDynamoDb } from '../dynamodb.ts';
import { requireJson } from '../environment.ts';
import { createTokenNeeds } from '../tokens.ts';
import { createLog, readOneItem } from '../verification-log.ts';

type ConnectNeeds = TokenNeeds & {
  readonly log: VerificationLog;
  readonly allowedOrigins: readonly string[];
};

export function buildConnectNeeds(): Dependencies<ConnectNeeds> {
  const tokenNeeds = createTokenNeeds();
  const allowedOrigins = requireJson<readonly string[]>(ENV.allowedOrigins);
  const log = createLog(createDynamoDb(createAws(tokenNeeds.telemetry)));
  return { needs: { ...tokenNeeds, log, allowedOrigins }, early: [readOneItem(log)] };
}
