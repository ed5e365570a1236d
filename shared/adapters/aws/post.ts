/** One signed call to an AWS JSON service, for services of which only one operation is needed. */

import { type AwsRequestOptions, requestAws } from './request.ts';

export type AwsPostOptions = AwsRequestOptions;

export interface AwsOperation {
  /** First label of the service's host, and its name in signatures. */
  readonly service: string;
  /** `<service prefix>.<operation>` */
  readonly target: string;
  readonly input: unknown;
  /** Version of AWS's JSON protocol. @default 1.1 */
  readonly jsonVersion?: '1.0' | '1.1';
}

export interface AwsAnswer {
  readonly status: number;
  /** JSON. */
  readonly output: unknown;
}

/** Rejects when the service cannot be reached. */
export async function postToAws(
  { service, target, input, jsonVersion = '1.1' }: AwsOperation,
  options: AwsPostOptions,
): Promise<AwsAnswer> {
  const url = new URL(options.endpoint ?? `https://${service}.${options.region}.amazonaws.com`);
  const headers = {
    'content-type': `application/x-amz-json-${jsonVersion}`,
    'x-amz-target': target,
  };
  const request = { url, headers, body: JSON.stringify(input) };
  const { status, text } = await requestAws(service, request, options);
  return { status, output: JSON.parse(text) };
}
