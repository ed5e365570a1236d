/** What one instance of a function is built of: the product's own adapters down to the wire. */

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
import type { Http } from '../../../../shared/adapters/vonage/http.ts';
import { parseWebhook } from '../../../../shared/adapters/vonage/webhook-body.ts';
import { createWebhookVerifier } from '../../../../shared/adapters/vonage/webhook-signature.ts';
import type { ClockQueue } from '../../../../shared/domain/ports/clock-queue.ts';
import type { EndNotifier } from '../../../../shared/domain/ports/end-notifier.ts';
import type { Pusher } from '../../../../shared/domain/ports/pusher.ts';
import type { InvocationTelemetry } from '../../../../shared/lambda/telemetry.ts';
import type { Webhooks } from '../../../../shared/usecases/accept-webhook.ts';
import { BASE64URL, type Prng } from '../../../fixtures/prng.ts';
import { SECRET_IDS, type SimulatedSecrets } from '../secrets.ts';
import type { RunSettings } from '../settings.ts';
import type { StoreClients } from '../store-clients.ts';
import { VONAGE_ORIGIN } from '../vonage/provider.ts';
import type { Waiting, Wire } from '../wire.ts';

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
  readonly storeClientFor: StoreClients;
  readonly secrets: SimulatedSecrets;
  readonly httpFor: (who: Waiting) => Http;
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

export function createNeeds(who: Instance, environment: Environment) {
  const { clock, telemetry, prng } = who;
  const { settings, storeClientFor, wire } = environment;
  const { stage } = settings;
  const secrets = createSecretStore({ client: environment.secrets.clientFor(who), clock });
  const keys = createKeys({ secrets, secretId: SECRET_IDS.keys });
  const client = storeClientFor(who, 3);
  const secretId = SECRET_IDS.signature;
  const { verify } = createWebhookVerifier({ secrets, secretId, clock, telemetry });
  const webhooks: Webhooks = {
    verify: ({ authorization, body }) => verify(authorization, body),
    parse: (body, atMs) => parseWebhook(body, atMs, CHECK_URL_HOSTS),
  };
  const pause = (milliseconds: number): Promise<void> => wire.pause(who, milliseconds);
  return {
    clock,
    telemetry,
    pause,
    random: {
      attemptId: () => prng.text(BASE64URL, 8),
      nonce: () => prng.text(BASE64URL, 22),
    },
    phoneNumbers: createPhoneNumbers(stage),
    parseToken: parseClientToken,
    budget: () => ({ lastCallAtMs: clock.now() + CALLS_BEGIN_WITHIN_MS }),
    log: createVerificationLog({ client, table: TABLES.verifications, clock }),
    ...createStartProtection({
      client,
      onceClient: () => storeClientFor(who, 1),
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
      http: environment.httpFor(who),
      clock,
      telemetry,
      settings: stage,
      checkUrlHosts: CHECK_URL_HOSTS,
      pause,
    }),
    webhooks,
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
