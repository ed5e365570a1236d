/** The table of rate limits, locks and idempotency records. */

import {
  createStartProtection,
  type StartProtection,
  type StartProtectionOptions,
} from '../adapters/dynamodb/start-protection.ts';
import { ENV, type StartLimits } from '../config.ts';
import { requireVariable } from './environment.ts';

type ProtectionEnds = Pick<StartProtectionOptions, 'client' | 'onceClient' | 'keys'>;

export function createProtection(ends: ProtectionEnds, limits: StartLimits): StartProtection {
  return createStartProtection({ ...ends, table: requireVariable(ENV.guardsTable), limits });
}
