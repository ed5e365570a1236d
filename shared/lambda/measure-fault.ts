/** The errors that alarms count: an empty secret, and a defect of ours. */

import type { Context } from 'aws-lambda';
import { isSecretNotSet, problemCode } from './problem.ts';
import type { InvocationTelemetry } from './telemetry.ts';

/** A defect counts once for the alarm of the stage, and once for the deployment alarm of this version. */
export function measureFault(
  error: unknown,
  telemetry: InvocationTelemetry,
  { functionName, functionVersion }: Pick<Context, 'functionName' | 'functionVersion'>,
): void {
  if (isSecretNotSet(error)) telemetry.measure({ name: 'SecretNotSet' });
  if (problemCode(error) !== 'internal') return;
  telemetry.measure({ name: 'InternalError' });
  telemetry.measure({
    name: 'InternalErrorByVersion',
    dimensions: { function: functionName, version: functionVersion },
  });
}
