/** Needs of the functions that read a verification and publish its end when it is overdue. */

import type { TokenNeeds } from '../lambda/needs.ts';
import type { PublishNeeds } from '../usecases/publish-change.ts';
import { createAws } from './aws.ts';
import type { Dependencies } from './dependencies.ts';
import { createDynamoDb } from './dynamodb.ts';
import { createPublishingNeeds } from './publishing.ts';
import { createTokenNeeds } from './tokens.ts';
import { createLog, readOneItem } from './verification-log.ts';

export function createReadingDependencies(): Dependencies<PublishNeeds & TokenNeeds> {
  const tokenNeeds = createTokenNeeds();
  const aws = createAws(tokenNeeds.telemetry);
  const log = createLog(createDynamoDb(aws));
  const needs = { ...createPublishingNeeds(aws, log, tokenNeeds), ...tokenNeeds };
  return { needs, early: [readOneItem(log)] };
}
