/** What functions need that ask Vonage about a running verification. */

import type { Vonage } from '../domain/ports/vonage.ts';
import type { TokenNeeds } from '../lambda/needs.ts';
import type { PublishNeeds } from '../usecases/publish-change.ts';
import { createAws } from './aws.ts';
import type { Dependencies, EarlyTask } from './dependencies.ts';
import { createDynamoDb } from './dynamodb.ts';
import { createPublishingNeeds } from './publishing.ts';
import { openPushSocket } from './pusher.ts';
import { createSecrets } from './secret-store.ts';
import { createTokenNeeds } from './tokens.ts';
import { createLog, readOneItem } from './verification-log.ts';
import { createVonageClient, createVonageEnds, prepareVonage } from './vonage.ts';

export type VerifyingNeeds = PublishNeeds & TokenNeeds & { readonly vonage: Vonage };

export function createVerifyingDependencies(): Dependencies<VerifyingNeeds> {
  const tokenNeeds = createTokenNeeds();
  const aws = createAws(tokenNeeds.telemetry);
  const log = createLog(createDynamoDb(aws));
  const vonageEnds = createVonageEnds(
    aws,
    createSecrets(aws, tokenNeeds.telemetry),
    tokenNeeds.telemetry,
  );
  const early: readonly EarlyTask[] = [
    readOneItem(log),
    openPushSocket(aws),
    ...prepareVonage(vonageEnds, aws),
  ];
  const needs = {
    ...createPublishingNeeds(aws, log, tokenNeeds),
    ...tokenNeeds,
    vonage: createVonageClient(vonageEnds),
  };
  return { needs, early };
}
