/**
 * Signs requests that do not go through the SDK's clients, with the SDK's own signer (Signature
 * Version 4).
 */

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './client-config.ts';

export interface AwsPost {
  /** @default POST */
  readonly method?: 'POST' | 'DELETE';
  /** Without a query. */
  readonly url: URL;
  /** Header names in lower case; all of them are signed, with those that signing adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials | (() => Promise<Credentials>);
  readonly nowMs: number;
}

/** The headers to send: the given ones and those that signing adds. */
export async function signPost(
  { method = 'POST', url, headers, body }: AwsPost,
  { region, service, credentials, nowMs }: SigningScope,
): Promise<Readonly<Record<string, string>>> {
  const { protocol, hostname, pathname: path, host } = url;
  const signer = new SignatureV4({
    region,
    service,
    credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = { method, protocol, hostname, path, headers: { ...headers, host }, body };
  const signed = await signer.sign(request, { signingDate: new Date(nowMs) });
  return signed.headers;
}

/** The signer's interface over Node's hashes; with a secret it is an HMAC. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
