/** A stack of its own for many phones from one address: limits and throttles out of the way. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, type StackOptions, startStack } from '../../../infra/local/stack.ts';
import { findPrivate } from '../../fixtures/private-lines.ts';
import { closeConnections, send } from './http.ts';

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

export interface LoadStack extends Stack {
  /** What the functions have printed and may not print (S9). */
  readonly leaks: readonly string[];
  /** Ends it and removes what it kept. */
  readonly remove: () => Promise<void>;
}

/** The check_url comes by webhook alone, so that every story goes over a push. */
const FAULTS = { request: { check_url_in: 'webhook' } };

export async function startLoadStack(
  settings: Readonly<Record<string, unknown>> = {},
  options: Omit<StackOptions, 'localFolder' | 'context'> = {},
): Promise<LoadStack> {
  const localFolder = mkdtempSync(join(tmpdir(), 'silent-auth-load-'));
  const context = { stageSettings: { ...SETTINGS, ...settings } };
  const stack = await startStack({ localFolder, context, ...options });
  const answer = await send('PUT', `${stack.endpoints.vonage}/faults`, { body: FAULTS });
  if (answer.status !== 200) throw new Error(answer.text);
  const leaks: string[] = [];
  stack.onLine((line) => leaks.push(...findPrivate(line)));
  return {
    ...stack,
    leaks,
    async remove() {
      closeConnections();
      await stack.close();
      rmSync(localFolder, { recursive: true, force: true });
    },
  };
}
