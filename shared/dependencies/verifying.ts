/** Needs of the functions that call Vonage about a verification. */

import type { Vonage } from '../domain/ports/vonage.ts';
import type { TokenNeeds } from '../lambda/needs.ts';
import type { PublishNeeds } from '../usecases/publish-change.ts';
import type { PublishEndNeeds } from '../usecases/publish-end.ts';
import { type Aws, createAws } from './aws.ts';
import { findClockQueue } from './clock-queue.ts';
import type { Dependencies, EarlyTask } from './dependencies.ts';
import { createDynamoDb } from './dynamodb.ts';
import type { InstanceNeeds } from './instance.ts';
import { createPublishingNeeds } from './publishing.ts';
import { openPushSocket } from './pusher.ts';
import { createSecrets } from './secret-store.ts';
import { createTokenNeeds } from './tokens.ts';
import { createLog, readOneItem } from './verification-log.ts';
import { createVonageClient, createVonageEnds, prepareVonage } from './vonage.ts';

export type VerifyingNeeds = PublishEndNeeds & TokenNeeds & { readonly vonage: Vonage };

/** For routes behind a client token. */
export function createVerifyingDependencies(): Dependencies<VerifyingNeeds> {
  const tokenNeeds = createTokenNeeds();
  const { needs, early, aws } = createEndingDependencies(tokenNeeds);
  return { needs: { ...needs, ...tokenNeeds, ...findClockQueue(aws) }, early };
}

type EndingNeeds = PublishNeeds & { readonly vonage: Vonage };

/** For functions that can end a verification which may still run at Vonage. */
export function createEndingDependencies(
  instance: InstanceNeeds,
): Dependencies<EndingNeeds> & { readonly aws: Aws } {
  const { telemetry } = instance;
  const aws = createAws(telemetry);
  const log = createLog(createDynamoDb(aws));
  const vonageEnds = createVonageEnds(aws, createSecrets(aws, telemetry), telemetry);
  const early: readonly EarlyTask[] = [
    readOneItem(log),
    openPushSocket(aws),
    ...prepareVonage(vonageEnds, aws),
  ];
  const vonage = createVonageClient(vonageEnds);
  return { needs: { ...createPublishingNeeds(aws, log, instance), vonage }, early, aws };
}
