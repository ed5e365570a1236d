/**
 * Signature Version 4 for one request: path and headers, no query. For services of which we need an
 * operation or two and not a whole client in every bundle.
 */

import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Credentials } from './client-config.ts';

export interface AwsPost {
  /** @default POST */
  readonly method?: 'POST' | 'DELETE';
  readonly url: URL;
  /** Lower-case names; all of them are signed, besides those that signing adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials;
  readonly nowMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The headers to send: those given, `x-amz-date`, `x-amz-security-token` and `authorization`. */
export function signPost(
  { method = 'POST', url, headers, body }: AwsPost,
  { region, service, credentials, nowMs }: SigningScope,
): Readonly<Record<string, string>> {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const sent: Readonly<Record<string, string>> = {
    ...headers,
    'x-amz-date': time,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  };
  const signed = Object.entries({ ...sent, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    method,
    canonicalPath(url.pathname),
    '',
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = [ALGORITHM, time, scope, sha256(canonical)].join('\n');
  const key = signingKey(secretAccessKey, [date, region, service, 'aws4_request']);
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...sent, authorization };
}

/** The latest of each scope: a key serves for a day. */
const signingKeys = new Map<string, { readonly name: string; readonly key: KeyObject }>();

function signingKey(secretAccessKey: string, parts: readonly string[]): KeyObject {
  const [date, ...scope] = parts;
  const place = scope.join('/');
  const name = `${date}/${secretAccessKey}`;
  const known = signingKeys.get(place);
  if (known?.name === name) return known.key;
  const bytes = parts.reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  const key = createSecretKey(Buffer.from(bytes));
  signingKeys.set(place, { name, key });
  return key;
}

/** Encoded once more, although it is encoded already: every service but S3 wants it so. */
function canonicalPath(pathname: string): string {
  return pathname.split('/').map(encode).join('/');
}

function encode(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
