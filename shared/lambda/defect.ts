/** A defect of ours, as alarms count it. */

import type { Context } from 'aws-lambda';
import type { InvocationTelemetry } from './telemetry.ts';

/** Once for the alarm of the stage, once for the deployment alarm of this version. */
export function measureDefect(
  telemetry: InvocationTelemetry,
  { functionName, functionVersion }: Pick<Context, 'functionName' | 'functionVersion'>,
): void {
  telemetry.measure({ name: 'InternalError' });
  telemetry.measure({
    name: 'InternalErrorByVersion',
    dimensions: { function: functionName, version: functionVersion },
  });
}
