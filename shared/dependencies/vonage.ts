/** Vonage's Verify API and the JWT that every call carries. */

import type { Secrets } from '../adapters/secrets/secret-store.ts';
import { type ApplicationJwt, createApplicationJwt } from '../adapters/vonage/application-jwt.ts';
import { createVonage } from '../adapters/vonage/client.ts';
import { createHttp, type Http } from '../adapters/vonage/http.ts';
import { ENV, type StartSettings } from '../config.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import type { Aws } from './aws.ts';
import type { EarlyTask } from './dependencies.ts';
import { requireJson, requireVariable } from './environment.ts';
import { clock } from './instance.ts';
import { random } from './random.ts';

export interface VonageEnds {
  readonly jwt: ApplicationJwt;
  readonly http: Http;
  readonly telemetry: Telemetry;
}

export function createVonageEnds(
  { agent }: Pick<Aws, 'agent'>,
  secrets: Secrets,
  telemetry: Telemetry,
): VonageEnds {
  const secretId = requireVariable(ENV.privateKeySecret);
  const jwt = createApplicationJwt({ secrets, secretId, clock, random });
  return { jwt, http: createHttp({ agent }), telemetry };
}

/** Client for functions that call Vonage about a running verification. */
export function createVonageClient(ends: VonageEnds): Vonage {
  return createVonage({ ...ends, baseUrl: requireVariable(ENV.vonageBaseUrl), clock });
}

/** Client for the function that starts verifications. */
export function createStartVonage(ends: VonageEnds, settings: StartSettings): Vonage {
  const baseUrl = requireVariable(ENV.vonageBaseUrl);
  const checkUrlHosts = requireJson<readonly string[]>(ENV.checkUrlHosts);
  return createVonage({ ...ends, baseUrl, clock, settings, checkUrlHosts });
}

/** Signs the JWT and opens a socket. */
export function prepareVonage({ jwt }: VonageEnds, { agent }: Pick<Aws, 'agent'>): EarlyTask[] {
  const baseUrl = requireVariable(ENV.vonageBaseUrl);
  return [jwt.get, () => agent.openSocket(new URL(baseUrl))];
}
