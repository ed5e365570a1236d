/** How the template's functions are invoked asynchronously. */
import { z } from 'zod';
import { toFunctionName } from './resource-names.ts';
import type { Resources } from './resources.ts';

export interface EventInvokeSettings {
  readonly maxRetries: number;
  readonly maxAgeSeconds: number;
}

/** Lambda's defaults, used where the template sets nothing. */
export const DEFAULT_EVENT_INVOKE: EventInvokeSettings = { maxRetries: 2, maxAgeSeconds: 21_600 };

const properties = z.object({
  FunctionName: z.string(),
  MaximumEventAgeInSeconds: z.number().default(DEFAULT_EVENT_INVOKE.maxAgeSeconds),
  MaximumRetryAttempts: z.number().default(DEFAULT_EVENT_INVOKE.maxRetries),
});

/** By the name of the function. */
export function readEventInvoke(resources: Resources): ReadonlyMap<string, EventInvokeSettings> {
  return new Map(
    resources.ofType('AWS::Lambda::EventInvokeConfig', properties).map(({ properties: given }) => [
      toFunctionName(given.FunctionName),
      {
        maxRetries: given.MaximumRetryAttempts,
        maxAgeSeconds: given.MaximumEventAgeInSeconds,
      },
    ]),
  );
}
