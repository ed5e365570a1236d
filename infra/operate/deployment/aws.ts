/** Signed calls to AWS services, for the few operations that operators' commands need. */

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Deployment } from './deployment.ts';

export type AwsService = 'ssm' | 'monitoring' | 'sns' | 'lambda' | 'sqs';

export interface AwsRequest {
  readonly service: AwsService;
  readonly method: 'GET' | 'POST';
  /** With its query. @default `/` */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface AwsAnswer {
  readonly status: number;
  readonly text: string;
}

export type CallAws = (request: AwsRequest) => Promise<AwsAnswer>;

const TIMEOUT_MS = 10_000;

/** The SDK's own variables for other endpoints, by service. */
const ENDPOINT_VARIABLES: Readonly<Record<AwsService, string>> = {
  ssm: 'AWS_ENDPOINT_URL_SSM',
  monitoring: 'AWS_ENDPOINT_URL_CLOUDWATCH',
  sns: 'AWS_ENDPOINT_URL_SNS',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  sqs: 'AWS_ENDPOINT_URL_SQS',
};

/** Uses the credentials of the SDK's default chain; the local stack accepts any. */
export function openAws({ region, secretsManagerUrl: localUrl }: Deployment): CallAws {
  const credentials =
    localUrl === undefined
      ? new SecretsManagerClient({ region }).config.credentials
      : { accessKeyId: 'local', secretAccessKey: 'local' };
  return async ({ service, method, path = '/', headers, body }) => {
    const signer = new SignatureV4({ region, service, credentials, sha256: Sha256 });
    const endpoint =
      localUrl ??
      process.env[ENDPOINT_VARIABLES[service]] ??
      `https://${service}.${region}.amazonaws.com`;
    const { protocol, hostname, host, pathname, searchParams } = new URL(path, endpoint);
    const signed = await signer.sign({
      method,
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { ...headers, host },
      ...(body !== undefined && { body }),
    });
    const response = await fetch(new URL(path, endpoint), {
      method,
      headers: signed.headers,
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  };
}

/** Node's hash behind the interface that the signer expects. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
