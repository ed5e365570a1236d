/** The operations of a service that speaks AWS's JSON protocol. */

import { type AwsClientOptions, type AwsServiceOptions, createAwsService } from './aws-client.ts';

export interface AwsJsonOptions extends AwsServiceOptions {
  /** What stands before the operation in `x-amz-target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

/** Input and answer have the form that AWS documents for the operation. */
export type AwsOperation = <Output>(name: string, input: object) => Promise<Output>;

export function createAwsJson(
  client: AwsClientOptions,
  { target, version, ...options }: AwsJsonOptions,
): AwsOperation {
  const send = createAwsService(client, options);
  return async (name, input) => {
    const headers = {
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': `${target}.${name}`,
    };
    return JSON.parse(await send({ method: 'POST', headers, body: JSON.stringify(input) }));
  };
}
