/**
 * The JWT authorizer of an HTTP API: finds the issuer's keys through its OpenID configuration and
 * checks signature, issuer, audience, times and scopes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
import type { IncomingHttpHeaders } from 'node:http';
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { JwtAuthorizer } from '../template/apis.ts';

const DISCOVERY_TIMEOUT_MS = 1_500;
/** API Gateway accepts only RSA. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];
const openIdConfiguration = z.object({ jwks_uri: z.url() });

/**
 * `requestContext.authorizer.jwt`: every claim as text; `scopes` is null if the route requires
 * none.
 */
export interface JwtClaims {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

export type Authorization =
  | { readonly type: 'allowed'; readonly jwt: JwtClaims }
  | { readonly type: 'unauthorized' }
  | { readonly type: 'forbidden' };

export interface JwtVerifier {
  authorize(headers: IncomingHttpHeaders): Promise<Authorization>;
}

export function createJwtVerifier(authorizer: JwtAuthorizer): JwtVerifier {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  /**
   * Finds the keys once. A failure is not cached, so that an issuer that becomes available later is
   * found.
   */
  function findKeys(): Promise<JWTVerifyGetKey> {
    keys ??= discoverKeys(authorizer.issuer).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  }

  return {
    async authorize(headers) {
      const value = headers[authorizer.header];
      const token = (Array.isArray(value) ? value[0] : value)?.replace(/^Bearer\s+/i, '');
      if (!token) return { type: 'unauthorized' };
      const payload = await verify(token, authorizer, findKeys);
      if (!payload || !hasAudience(payload, authorizer.audience)) return { type: 'unauthorized' };
      const scopes = toScopes(payload);
      const { scopes: needed } = authorizer;
      if (needed.length > 0 && !needed.some((scope) => scopes.includes(scope))) {
        return { type: 'forbidden' };
      }
      const claims = Object.entries(payload).map(([name, claim]) => [name, toText(claim)]);
      const jwt = { claims: Object.fromEntries(claims), scopes: needed.length > 0 ? scopes : null };
      return { type: 'allowed', jwt };
    },
  };
}

/**
 * @returns undefined for a token that does not verify, and when the issuer is not available: API
 * Gateway answers 401 to both
 */
async function verify(
  token: string,
  { issuer }: JwtAuthorizer,
  findKeys: () => Promise<JWTVerifyGetKey>,
): Promise<JWTPayload | undefined> {
  try {
    const keys = await findKeys();
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp'],
    });
    return payload;
  } catch {
    return undefined;
  }
}

async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the issuer answered ${response.status}`);
  const { jwks_uri } = openIdConfiguration.parse(await response.json());
  return createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: DISCOVERY_TIMEOUT_MS });
}

/** `aud`, or `client_id` where a token has no `aud`. */
function hasAudience({ aud, client_id }: JWTPayload, allowed: readonly string[]): boolean {
  const given = aud === undefined ? [client_id] : [aud].flat();
  return given.some((audience) => typeof audience === 'string' && allowed.includes(audience));
}

function toScopes({ scope, scp }: JWTPayload): string[] {
  const given = scope ?? scp;
  if (Array.isArray(given)) return given.map(String);
  return typeof given === 'string' && given !== '' ? given.split(' ') : [];
}

function toText(claim: unknown): string {
  if (Array.isArray(claim)) return `[${claim.map(toText).join(' ')}]`;
  return typeof claim === 'object' && claim !== null ? JSON.stringify(claim) : String(claim);
}
