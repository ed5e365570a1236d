/** What one instance of a function is built of: the product's own adapters down to the wire. */

import type { ClockHandlerNeeds } from '../../../../functions/clock/handler.ts';
import type { ConnectHandlerNeeds } from '../../../../functions/connect/handler.ts';
import type { ProofHandlerNeeds } from '../../../../functions/proof/handler.ts';
import type { StartHandlerNeeds } from '../../../../functions/start/handler.ts';
import type { WebhookHandlerNeeds } from '../../../../functions/webhook/handler.ts';
import { createStartProtection } from '../../../../shared/adapters/dynamodb/start-protection.ts';
import { createVerificationLog } from '../../../../shared/adapters/dynamodb/verification-log.ts';
import { createPhoneNumbers } from '../../../../shared/adapters/phone-numbers/phone-numbers.ts';
import { parseClientToken } from '../../../../shared/adapters/secrets/client-token.ts';
import { createKeys } from '../../../../shared/adapters/secrets/keys.ts';
import { createProofSigner } from '../../../../shared/adapters/secrets/proof-signer.ts';
import {
  createSecretStore,
  requireField,
  type Secrets,
} from '../../../../shared/adapters/secrets/secret-store.ts';
import { parseClockMessage } from '../../../../shared/adapters/sqs/clock-message.ts';
import type { ApplicationJwt } from '../../../../shared/adapters/vonage/application-jwt.ts';
import { createVonage } from '../../../../shared/adapters/vonage/client.ts';
import { parseWebhook } from '../../../../shared/adapters/vonage/webhook-body.ts';
import { createWebhookVerifier } from '../../../../shared/adapters/vonage/webhook-signature.ts';
import type { ClockQueue } from '../../../../shared/domain/ports/clock-queue.ts';
import type { EndNotifier } from '../../../../shared/domain/ports/end-notifier.ts';
import type { Pusher } from '../../../../shared/domain/ports/pusher.ts';
import type { Random } from '../../../../shared/domain/ports/random.ts';
import type { TokenNeeds } from '../../../../shared/lambda/needs.ts';
import type { InvocationTelemetry } from '../../../../shared/lambda/telemetry.ts';
import type { CheckCodeNeeds } from '../../../../shared/usecases/check-code.ts';
import { BASE64URL, type Prng } from '../prng.ts';
import { SECRET_IDS, type SimulatedSecrets } from '../secrets.ts';
import type { RunSettings } from '../settings.ts';
import type { StoreClients } from '../store/store-clients.ts';
import { VONAGE_ORIGIN, type VonageHttp } from '../vonage/http.ts';
import type { Waiting, Wire } from '../wire.ts';

export type InstanceNeeds = StartHandlerNeeds &
  CheckCodeNeeds &
  WebhookHandlerNeeds &
  ConnectHandlerNeeds &
  ProofHandlerNeeds &
  ClockHandlerNeeds &
  TokenNeeds;

export const TABLES = { verifications: 'Verifications', guards: 'Guards' } as const;
export const ORIGIN = 'https://app.example';
export const PROOF = {
  issuer: 'https://api.example',
  audience: 'company',
  lifetimeSeconds: 120,
} as const;

export interface Environment {
  readonly wire: Wire;
  readonly settings: RunSettings;
  readonly stores: StoreClients;
  readonly secrets: SimulatedSecrets;
  readonly http: VonageHttp;
  readonly pusherFor: (who: Waiting) => Pusher;
  readonly queueFor: (who: Waiting) => ClockQueue;
  readonly busFor: (who: Waiting) => EndNotifier;
}

export interface Instance extends Waiting {
  readonly prng: Prng;
  readonly telemetry: InvocationTelemetry;
}

const CHECK_URL_HOSTS = ['.vonage.com', '.nexmo.com'];
const CALLS_BEGIN_WITHIN_MS = 14_000;

export function createNeeds(who: Instance, environment: Environment): InstanceNeeds {
  const { clock, telemetry, prng } = who;
  const { settings, stores, wire } = environment;
  const { stage } = settings;
  const secrets = createSecretStore({ client: environment.secrets.clientFor(who), clock });
  const keys = createKeys({ secrets, secretId: SECRET_IDS.keys });
  const client = stores.clientFor(who, 3);
  const secretId = SECRET_IDS.signature;
  const { verify } = createWebhookVerifier({ secrets, secretId, clock, telemetry });
  const random: Random = {
    attemptId: () => prng.text(BASE64URL, 8),
    nonce: () => prng.text(BASE64URL, 22),
  };
  return {
    clock,
    telemetry,
    random,
    pause: (milliseconds) => wire.pause(who, milliseconds),
    phoneNumbers: createPhoneNumbers(stage),
    parseToken: parseClientToken,
    budget: () => ({ lastCallAtMs: clock.now() + CALLS_BEGIN_WITHIN_MS }),
    log: createVerificationLog({ client, table: TABLES.verifications, clock }),
    ...createStartProtection({
      client,
      onceClient: () => stores.clientFor(who, 1),
      table: TABLES.guards,
      limits: stage.limits,
      keys,
    }),
    tokens: keys.tokens,
    identities: keys.identities,
    signer: createProofSigner({
      secrets,
      secretId: SECRET_IDS.proofKey,
      issuer: PROOF.issuer,
      settings: PROOF,
    }),
    lifetimeSeconds: PROOF.lifetimeSeconds,
    pusher: environment.pusherFor(who),
    clockQueue: environment.queueFor(who),
    endNotifier: environment.busFor(who),
    parseMessage: parseClockMessage,
    vonage: createVonage({
      baseUrl: VONAGE_ORIGIN,
      jwt: applicationJwt(secrets),
      http: environment.http(who),
      clock,
      telemetry,
      settings: stage,
      checkUrlHosts: CHECK_URL_HOSTS,
      pause: (milliseconds) => wire.pause(who, milliseconds),
    }),
    webhooks: {
      verify: ({ authorization, body }) => verify(authorization, body),
      parse: (body, atMs) => parseWebhook(body, atMs, CHECK_URL_HOSTS),
    },
    settings: stage,
    websocketUrl: 'wss://socket.example/v1',
    allowedOrigins: [ORIGIN],
  };
}

/** A JWT that names the key it was made with: RS256 itself would cost more than all the rest. */
function applicationJwt(secrets: Secrets): ApplicationJwt {
  const make = async (secret: ReturnType<Secrets['get']>): Promise<string> =>
    `jwt ${requireField(await secret, 'private_key')}`;
  return {
    get: () => make(secrets.get(SECRET_IDS.privateKey)),
    renew: () => make(secrets.refresh(SECRET_IDS.privateKey)),
  };
}
