/** A local stack for many phones from one address: it throttles nothing and leaves nothing behind. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAssembly } from '../../../infra/local/assemblies.ts';
import { type Stack, type StackOptions, startStack } from '../../../infra/local/stack.ts';

export interface LabStack extends Stack {
  readonly assemblyFolder: string;
}

const LIMIT = { count: 1_000_000, windowSeconds: 600 };
/** As many as a stage may allow, in the shortest window. */
const PREFIX = { count: 500, perCaller: 500, windowSeconds: 1 };
const THROTTLE = { rate: 10_000, burst: 5_000 };
const SETTINGS = {
  limits: { address: LIMIT, subject: LIMIT, phoneNumber: LIMIT, email: LIMIT, prefix: PREFIX },
  throttle: THROTTLE,
  websocketThrottle: THROTTLE,
  routeThrottles: {},
};

/** @param settings what the stage has otherwise than `dev`, besides limits and throttles */
export async function startLabStack(
  settings: Readonly<Record<string, unknown>>,
  options: Pick<StackOptions, 'timeScale' | 'dynamodbEndpoint'>,
): Promise<LabStack> {
  const localFolder = mkdtempSync(join(tmpdir(), 'silent-auth-lab-'));
  const remove = (): void => rmSync(localFolder, { recursive: true, force: true });
  try {
    const context = { stage: 'dev', stageSettings: { ...SETTINGS, ...settings } };
    const assemblyFolder = await openAssembly({ context });
    const stack = await startStack({ ...options, localFolder, assemblyFolder });
    return { ...stack, assemblyFolder, close: () => stack.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
