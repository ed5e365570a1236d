/**
 * Authenticates callers: by the RS256 JWT of the application, or by Basic credentials (protocol
 * §4).
 */
import { timingSafeEqual } from 'node:crypto';
import { compactVerify, errors, importSPKI } from 'jose';

/**
 * Returns the PEM of an application's public key; undefined when the application does not exist.
 */
export type FindPublicKey = (applicationId: string) => string | undefined;

export interface Account {
  readonly apiKey: string;
  /** Absent: Basic credentials are refused. */
  readonly apiSecret?: string;
}

export type Claims = Readonly<Record<string, unknown>>;

export type Caller =
  | { readonly scheme: 'bearer'; readonly applicationId: string; readonly claims: Claims }
  | { readonly scheme: 'basic' };

export type Refusal = { readonly refused: 'unauthorized' | 'jwt_expired' };

export type Authenticate = (authorization: string | undefined) => Promise<Caller | Refusal>;

const DEFAULT_LIFETIME_SECONDS = 15 * 60;
const MIN_LIFETIME_SECONDS = 30;
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;
const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_CACHED_TOKENS = 1_000;

const UNAUTHORIZED: Refusal = { refused: 'unauthorized' };
const EXPIRED: Refusal = { refused: 'jwt_expired' };

/** A token's signature is verified once; its times are checked on every call. */
export function createAuthenticate(
  findPublicKey: FindPublicKey,
  account: Account,
  now: () => number,
): Authenticate {
  /** By key and token. */
  const verified = new Map<string, Claims>();

  async function findClaims(token: string, publicKey: string): Promise<Claims | undefined> {
    const name = `${publicKey}${token}`;
    const known = verified.get(name);
    if (known !== undefined) return known;
    try {
      const key = await importSPKI(publicKey, 'RS256');
      const { payload } = await compactVerify(token, key, { algorithms: ['RS256'] });
      const claims = parseClaims(payload);
      if (claims === undefined) return undefined;
      if (verified.size >= MAX_CACHED_TOKENS) verified.clear();
      verified.set(name, claims);
      return claims;
    } catch (cause) {
      if (cause instanceof errors.JOSEError) return undefined;
      throw cause;
    }
  }

  return async (authorization = '') => {
    const [scheme, credentials = '', ...rest] = authorization.split(' ');
    if (rest.length > 0) return UNAUTHORIZED;
    if (scheme?.toLowerCase() === 'basic') {
      return isAccount(credentials, account) ? { scheme: 'basic' } : UNAUTHORIZED;
    }
    if (scheme?.toLowerCase() !== 'bearer') return UNAUTHORIZED;
    const applicationId = findApplicationId(credentials);
    const publicKey = applicationId === undefined ? undefined : findPublicKey(applicationId);
    if (applicationId === undefined || publicKey === undefined) return UNAUTHORIZED;
    const claims = await findClaims(credentials, publicKey);
    if (claims === undefined) return UNAUTHORIZED;
    return judge(claims, now() / 1000) ?? { scheme: 'bearer', applicationId, claims };
  };
}

/**
 * The application that the token names; its signature is then verified with that application's key.
 */
function findApplicationId(token: string): string | undefined {
  const claims = parseClaims(Buffer.from(token.split('.')[1] ?? '', 'base64url'));
  return typeof claims?.application_id === 'string' ? claims.application_id : undefined;
}

/** Compares Basic credentials with the account's. */
export function isAccount(credentials: string, { apiKey, apiSecret }: Account): boolean {
  if (apiSecret === undefined) return false;
  const given = Buffer.from(credentials, 'base64');
  const wanted = Buffer.from(`${apiKey}:${apiSecret}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function parseClaims(payload: Uint8Array): Claims | undefined {
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function judge({ iat, jti, exp, nbf }: Claims, now: number): Refusal | undefined {
  if (typeof jti !== 'string' || jti === '') return UNAUTHORIZED;
  if (typeof iat !== 'number' || iat > now + CLOCK_TOLERANCE_SECONDS) return UNAUTHORIZED;
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now)) return UNAUTHORIZED;
  if (exp === undefined) return now > iat + DEFAULT_LIFETIME_SECONDS ? EXPIRED : undefined;
  if (typeof exp !== 'number') return UNAUTHORIZED;
  if (exp - iat < MIN_LIFETIME_SECONDS || exp - iat > MAX_LIFETIME_SECONDS) return UNAUTHORIZED;
  return now >= exp ? EXPIRED : undefined;
}
