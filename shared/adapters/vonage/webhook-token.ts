/** The form of a webhook's token, before any secret is read: only one spelling is accepted. */

import { isJsonObject, type JsonObject, parseStrictJson } from '../../domain/strict-json.ts';

/** Reason of a refusal: the dimension `reason` of `WebhookRejected`. */
export type SignatureFault =
  | 'malformed'
  | 'algorithm'
  | 'signature'
  | 'claims'
  | 'stale'
  | 'payload_hash';

/** Unverified claims. */
export interface WebhookToken {
  readonly compact: string;
  readonly claims: JsonObject;
}

const MAX_LENGTH = 8 * 1024;
const HS256_BYTES = 32;
const BEARER = /^bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/** The members allowed in a header; `kid` and `typ` have no effect. */
const HEADER_MEMBERS: readonly string[] = ['alg', 'typ', 'kid'];

export function parseWebhookToken(authorization: string): WebhookToken | SignatureFault {
  if (authorization.length > MAX_LENGTH) return 'malformed';
  const compact = BEARER.exec(authorization)?.[1];
  if (compact === undefined) return 'malformed';
  const [protectedHeader = '', payload = '', signature = ''] = compact.split('.');
  const header = parseSegment(protectedHeader);
  const claims = parseSegment(payload);
  if (!header || !claims) return 'malformed';
  if (Object.keys(header).some((name) => !HEADER_MEMBERS.includes(name))) return 'malformed';
  if (header.alg !== 'HS256') return 'algorithm';
  return decodeCanonical(signature)?.byteLength === HS256_BYTES ? { compact, claims } : 'malformed';
}

function parseSegment(segment: string): JsonObject | undefined {
  const bytes = decodeCanonical(segment);
  const json = bytes && parseStrictJson(bytes);
  return json?.outcome === 'value' && isJsonObject(json.value) ? json.value : undefined;
}

/** base64url whose unused bits are zero, so that each token has one spelling. */
function decodeCanonical(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.toString('base64url') === segment ? bytes : undefined;
}
