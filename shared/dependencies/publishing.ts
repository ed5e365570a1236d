/** Needs of the functions that publish changes of a verification. */

import type { VerificationLog } from '../domain/ports/verification-log.ts';
import type { HandlerNeeds } from '../lambda/needs.ts';
import type { PublishNeeds } from '../usecases/publish-change.ts';
import type { Aws } from './aws.ts';
import { findEndNotifier } from './end-notifier.ts';
import { clock } from './instance.ts';
import { createWebSocketPusher } from './pusher.ts';

export function createPublishingNeeds(
  aws: Aws,
  log: VerificationLog,
  { telemetry }: HandlerNeeds,
): PublishNeeds {
  const pusher = createWebSocketPusher(aws);
  return { log, pusher, telemetry, clock, ...findEndNotifier(aws, telemetry) };
}
