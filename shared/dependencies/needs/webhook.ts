/** What `webhook` needs. */

import type { Secrets } from '../../adapters/secrets/secret-store.ts';
import { parseWebhook } from '../../adapters/vonage/webhook-body.ts';
import { createWebhookVerifier } from '../../adapters/vonage/webhook-signature.ts';
import { ENV } from '../../config.ts';
import type { Telemetry } from '../../domain/ports/telemetry.ts';
import type { HandlerNeeds } from '../../lambda/needs.ts';
import type { AcceptWebhookNeeds, Webhooks } from '../../usecases/accept-webhook.ts';
import { createAws } from '../aws.ts';
import type { WarmableDependencies } from '../dependencies.ts';
import { createDynamoDb } from '../dynamodb.ts';
import { requireJson, requireVariable } from '../environment.ts';
import { clock, createHandlerNeeds } from '../instance.ts';
import { createPublishingNeeds } from '../publishing.ts';
import { openPushSocket } from '../pusher.ts';
import { createSecrets } from '../secret-store.ts';
import { createLog, readOneItem } from '../verification-log.ts';
import { createWarmUpEnds } from '../warm-up.ts';

export function buildWebhookNeeds(): WarmableDependencies<AcceptWebhookNeeds & HandlerNeeds> {
  const handlerNeeds = createHandlerNeeds();
  const { telemetry, budget } = handlerNeeds;
  const aws = createAws(handlerNeeds.telemetry);
  const log = createLog(createDynamoDb(aws));
  const secrets = createSecrets(aws, telemetry);
  const secretId = requireVariable(ENV.signatureSecret);
  return {
    needs: {
      ...createPublishingNeeds(aws, log, handlerNeeds),
      ...handlerNeeds,
      webhooks: createWebhooks(secrets, telemetry),
    },
    early: [readOneItem(log), openPushSocket(aws), () => secrets.get(secretId)],
    warmUpNeeds: () => {
      const ends = createWarmUpEnds();
      return {
        budget,
        clock,
        telemetry: ends.telemetry,
        pusher: ends.pusher,
        log: createLog(ends.dynamoDb),
        webhooks: createWebhooks(ends.secrets, ends.telemetry),
      };
    },
  };
}

function createWebhooks(secrets: Secrets, telemetry: Telemetry): Webhooks {
  const secretId = requireVariable(ENV.signatureSecret);
  const hosts = requireJson<readonly string[]>(ENV.checkUrlHosts);
  const { verify } = createWebhookVerifier({ secrets, secretId, clock, telemetry });
  return {
    verify: ({ authorization, body }) => verify(authorization, body),
    parse: (body, atMs) => parseWebhook(body, atMs, hosts),
  };
}
