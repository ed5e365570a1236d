/**
 * Creates the parameter that switches channels off. Its value belongs to the operators, so an
 * existing parameter is not changed.
 */

import { CommandError } from '../../../shared/command/command-error.ts';
import type { CallAws } from '../deployment/aws.ts';

/** @returns what was done */
export async function createChannelSwitch(
  call: CallAws,
  parameterName: string,
): Promise<'created' | 'exists'> {
  const { status, text } = await call({
    service: 'ssm',
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.PutParameter',
    },
    body: JSON.stringify({
      Name: parameterName,
      Description: 'Channels that no start uses, such as "sms,voice", or "none"',
      Type: 'String',
      Value: 'none',
      AllowedPattern: '^(none|[a-z_]+(,[a-z_]+)*)$',
      Overwrite: false,
    }),
  });
  if (status === 200) return 'created';
  if (text.includes('ParameterAlreadyExists')) return 'exists';
  throw new CommandError(
    `Systems Manager answered ${status} to the channel switch ${parameterName}`,
  );
}
