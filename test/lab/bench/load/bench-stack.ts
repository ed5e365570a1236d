/** The local stack as a benchmark needs it: nothing throttled, nothing that ends by itself. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAssembly } from '../../../../infra/local/assemblies.ts';
import { type Stack, startStack } from '../../../../infra/local/stack.ts';

export interface BenchStack {
  readonly stack: Stack;
  readonly assemblyFolder: string;
  close(): Promise<void>;
}

const PLENTY = { count: 1_000_000, windowSeconds: 86_400 };
/** As many as a stage may allow, in the shortest window. */
const PLENTY_OF_PREFIX = { count: 500, perCaller: 500, windowSeconds: 1 };
const WIDE = { rate: 10_000, burst: 5_000 };
/** Vonage's minute for a silent authentication becomes twenty: thousands wait at once. */
const TIME_SCALE = 20;

const STAGE_SETTINGS = {
  workflow: [{ channel: 'silent_auth' }, { channel: 'email' }],
  countries: ['DE'],
  channelTimeoutSeconds: 900,
  limits: {
    address: PLENTY,
    subject: PLENTY,
    phoneNumber: PLENTY,
    email: PLENTY,
    prefix: PLENTY_OF_PREFIX,
  },
  throttle: WIDE,
  routeThrottles: {},
  websocketThrottle: WIDE,
  // The others tell nobody of an end either.
  events: false,
};

export async function startBenchStack(dynamodbEndpoint?: string): Promise<BenchStack> {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const localFolder = join(folder, 'local');
    const context = { stage: 'dev', stageSettings: STAGE_SETTINGS };
    const assemblyFolder = await openAssembly({ context });
    const options = { localFolder, assemblyFolder, timeScale: TIME_SCALE, dynamodbEndpoint };
    const stack = await startStack(options);
    const close = async (): Promise<void> => {
      await stack.close();
      remove();
    };
    return { stack, assemblyFolder, close };
  } catch (error) {
    remove();
    throw error;
  }
}
