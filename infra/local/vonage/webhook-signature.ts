/**
 * Signs the token of a webhook: HS256 over its claims, which hold the hash of the body (protocol
 * §6).
 */
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { WebhookFault } from './fault-rules.ts';

export interface Signer {
  readonly apiKey: string;
  readonly applicationId: string;
  readonly signatureSecret: string;
}

export interface SignedToken {
  readonly token: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

type Spoiled = WebhookFault['signature'];

const ANOTHER_SECRET = randomBytes(32).toString('hex');

/** @returns undefined when the fault is a missing token */
export function signWebhook(
  body: string,
  signer: Signer,
  nowMs: number,
  spoiled?: Spoiled,
): SignedToken | undefined {
  if (spoiled === 'none') return undefined;
  const claims = spoil(honestClaims(body, signer, Math.floor(nowMs / 1000)), spoiled);
  const alg = spoiled === 'alg_none' ? 'none' : 'HS256';
  const signed = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`;
  const secret = spoiled === 'wrong_secret' ? ANOTHER_SECRET : signer.signatureSecret;
  const signature =
    alg === 'none' ? '' : createHmac('sha256', secret).update(signed).digest('base64url');
  return { token: `${signed}.${signature}`, claims };
}

function honestClaims(body: string, signer: Signer, iat: number): Record<string, unknown> {
  return {
    iat,
    jti: randomUUID(),
    iss: 'Vonage',
    payload_hash: createHash('sha256').update(body).digest('hex'),
    api_key: signer.apiKey,
    application_id: signer.applicationId,
  };
}

function spoil(claims: Record<string, unknown>, spoiled: Spoiled): Record<string, unknown> {
  const { payload_hash: _hash, ...unhashed } = claims;
  const { application_id: _application, ...anonymous } = claims;
  switch (spoiled) {
    case 'other_application':
      return { ...claims, application_id: randomUUID() };
    case 'no_application':
      return anonymous;
    case 'other_api_key':
      return { ...claims, api_key: 'ffffffff' };
    case 'other_issuer':
      return { ...claims, iss: 'Someone' };
    case 'no_payload_hash':
      return unhashed;
    case 'expired':
      return { ...claims, exp: Number(claims.iat) - 60 };
    default:
      return claims;
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
