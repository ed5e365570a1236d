/** What `start` needs. */

import { setTimeout } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createPhoneNumbers } from '../../adapters/phone-numbers/phone-numbers.ts';
import { createKeys, type Keys } from '../../adapters/secrets/keys.ts';
import { ENV, type StartSettings } from '../../config.ts';
import type { HandlerNeeds } from '../../lambda/needs.ts';
import type { StartNeeds } from '../../usecases/start/start-context.ts';
import { createAws } from '../aws.ts';
import { findChannelSwitch } from '../channel-switch.ts';
import { findClockQueue, openQueueSocket } from '../clock-queue.ts';
import type { WarmableDependencies } from '../dependencies.ts';
import { createDynamoDb, createDynamoDbOnce, openDynamoDbSocket } from '../dynamodb.ts';
import { type Edge, findEdge } from '../edge.ts';
import { findVariable, requireJson, requireVariable } from '../environment.ts';
import { clock, createHandlerNeeds } from '../instance.ts';
import { random } from '../random.ts';
import { createSecrets } from '../secret-store.ts';
import { createProtection } from '../start-protection.ts';
import { createLog, readOneItem } from '../verification-log.ts';
import { createStartVonage, createVonageEnds, prepareVonage, type VonageEnds } from '../vonage.ts';
import { findWarmOthers } from '../warm-others.ts';
import { createWarmUpEnds } from '../warm-up.ts';

type StartHandlerNeeds = StartNeeds &
  HandlerNeeds & {
    readonly websocketUrl: string;
    readonly edge?: Edge;
    readonly allowedOrigins?: readonly string[];
  };

/** The ends of the adapters: the network, or memory for the warm-up. */
interface StartEnds {
  readonly handlerNeeds: HandlerNeeds;
  readonly dynamoDb: DynamoDBClient;
  readonly dynamoDbOnce: () => DynamoDBClient;
  readonly keys: Keys;
  readonly vonage: VonageEnds;
}

/** Writes of one start that run in parallel with its first one: each needs a socket. */
const WRITES_AT_ONCE = 4;

export function buildStartNeeds(): WarmableDependencies<StartHandlerNeeds> {
  const handlerNeeds = createHandlerNeeds();
  const settings = requireJson<StartSettings>(ENV.startSettings);
  const secretId = requireVariable(ENV.keysSecret);
  const aws = createAws(handlerNeeds.telemetry);
  const secrets = createSecrets(aws, handlerNeeds.telemetry);
  const keys = createKeys({ secrets, secretId });
  const vonage = createVonageEnds(aws, secrets, handlerNeeds.telemetry);
  const onNetwork = needsOf(settings, {
    handlerNeeds,
    dynamoDb: createDynamoDb(aws),
    dynamoDbOnce: once(() => createDynamoDbOnce(aws)),
    keys,
    vonage,
  });
  const { channelSwitch } = findChannelSwitch(aws);
  const options = {
    ...(channelSwitch && { channelSwitch }),
    ...findClockQueue(aws),
    ...findWarmOthers(aws),
    ...(findVariable(ENV.allowedOrigins) && {
      allowedOrigins: requireJson<readonly string[]>(ENV.allowedOrigins),
    }),
  };
  const { edge, early: earlyOfEdge } = findEdge(secrets);
  return {
    needs: { ...onNetwork, ...options, ...(edge && { edge }) },
    early: [
      readOneItem(onNetwork.log),
      () => keys.tokens.currentKeyId(),
      ...Array.from({ length: WRITES_AT_ONCE }, () => openDynamoDbSocket(aws)),
      ...prepareVonage(vonage, aws),
      ...(channelSwitch ? [channelSwitch.switchedOff] : []),
      ...(options.clockQueue ? [openQueueSocket(aws)] : []),
      ...earlyOfEdge,
    ],
    warmUpNeeds: () => {
      const { dynamoDb, secrets: examples, vonage: answering, telemetry } = createWarmUpEnds();
      const needs = needsOf(settings, {
        handlerNeeds: { ...handlerNeeds, telemetry },
        dynamoDb,
        dynamoDbOnce: () => dynamoDb,
        keys: createKeys({ secrets: examples, secretId }),
        vonage: answering,
      });
      const example = { ...settings, countries: ['ZZ'] };
      return { ...needs, settings: example, phoneNumbers: { countryOfMobile: () => 'ZZ' } };
    },
  };
}

function needsOf(settings: StartSettings, ends: StartEnds): StartHandlerNeeds {
  const { handlerNeeds, dynamoDb, dynamoDbOnce, keys, vonage } = ends;
  return {
    ...handlerNeeds,
    log: createLog(dynamoDb),
    ...createProtection({ client: dynamoDb, onceClient: dynamoDbOnce, keys }, settings.limits),
    tokens: keys.tokens,
    identities: keys.identities,
    phoneNumbers: createPhoneNumbers(settings),
    vonage: createStartVonage(vonage, settings),
    random,
    pause: (milliseconds) => setTimeout(milliseconds),
    clock,
    settings,
    websocketUrl: requireVariable(ENV.websocketUrl),
  };
}

function once<T>(create: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: create() };
    return made.value;
  };
}
