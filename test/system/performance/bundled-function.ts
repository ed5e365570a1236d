/** One function as Lambda runs it: its real bundle, in a process that speaks the Runtime API. */

import { copyFileSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type FunctionConfiguration,
  startExecutionEnvironment,
} from '../../../infra/local/lambda-runtime/execution-environment.ts';
import { ENV, type FunctionName } from '../../../shared/config.ts';
import { PATIENCE } from '../../fixtures/patience.ts';
import { START_SETTINGS } from '../../fixtures/start-settings.ts';
import type { RecordedPeers } from './recorded-peers.ts';

const answer = z.object({ statusCode: z.number(), body: z.optional(z.string()) });
const report = z.object({ signatures: z.number(), needless: z.array(z.string()) });

export type BundledFunction = Awaited<ReturnType<typeof startFunction>>;

/** Resolves when INIT is over. */
export async function startFunction(name: FunctionName, bundle: string, peers: RecordedPeers) {
  const codeFolder = mkdtempSync(join(tmpdir(), 'silent-auth-function-'));
  cpSync(bundle, codeFolder, { recursive: true });
  copyFileSync(join(import.meta.dirname, 'probe.mjs'), join(codeFolder, 'probe.mjs'));
  const { running, lines } = await openFunction(codeFolder, {
    handler: 'probe.handler',
    nodeOptions: PATIENCE.nodeOptions,
    environment: variables(peers),
  });
  const invoke = async (event: object): Promise<unknown> => {
    const result = await running.invoke(JSON.stringify(event));
    if (result.type !== 'success') throw new Error(`${name}: ${result.detail}`);
    return JSON.parse(result.payload);
  };
  return {
    /** Throws when the function failed. */
    invoke: async (event: object) => answer.parse(await invoke(event)),
    /** RSA signatures so far; what is loaded of undici. */
    probe: async () => report.parse(await invoke({ probe: true })),
    lines,
    stop: async () => {
      running.kill();
      await running.exited;
    },
  };
}

/** Resolves when INIT is over. */
export async function openFunction(
  codeFolder: string,
  options: Pick<FunctionConfiguration, 'environment'> & Partial<FunctionConfiguration>,
) {
  /** What it prints. */
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const running = await startExecutionEnvironment(
    {
      name: 'measured',
      arn: 'arn:aws:lambda:eu-central-1:000000000000:function:measured',
      codeFolder,
      handler: 'index.handler',
      timeoutMs: 250_000,
      initTimeoutMs: 100_000,
      nodeOptions: [],
      memoryMegabytes: 512,
      region: 'eu-central-1',
      logFormat: 'JSON',
      logLevel: 'INFO',
      ...options,
    },
    {
      onIdle: () => ready.resolve(),
      onExit: () => ready.reject(new Error(`${codeFolder} ended: ${lines.join('\n')}`)),
      onLine: (line) => void lines.push(line),
    },
  );
  await ready.promise;
  return { running, lines };
}

/** A profile takes thousands. */
const LIMIT = { count: 1_000_000, windowSeconds: 600 };
const PLENTY = { address: LIMIT, subject: LIMIT, phoneNumber: LIMIT, email: LIMIT, prefix: LIMIT };

/** The environment of every function, with the peers for everybody it calls. */
export function variables({ url }: Pick<RecordedPeers, 'url'>): Record<string, string> {
  return {
    [ENV.verificationsTable]: 'Verifications',
    [ENV.guardsTable]: 'Guards',
    [ENV.privateKeySecret]: 'private-key',
    [ENV.signatureSecret]: 'signature',
    [ENV.keysSecret]: 'keys',
    [ENV.proofKeySecret]: 'proof-key',
    [ENV.vonageBaseUrl]: url,
    [ENV.checkUrlHosts]: JSON.stringify(['.vonage.com']),
    [ENV.websocketUrl]: 'wss://ws.execute-api.eu-central-1.amazonaws.com/dev',
    [ENV.websocketManagementUrl]: `${url}/dev`,
    [ENV.allowedOrigins]: '[]',
    [ENV.startSettings]: JSON.stringify({ ...START_SETTINGS, limits: PLENTY }),
    [ENV.proofSettings]: JSON.stringify({ audience: 'example', lifetimeSeconds: 120 }),
    [ENV.publicUrl]: 'https://api.example.org',
    [ENV.dynamodbEndpoint]: url,
    [ENV.secretsManagerEndpoint]: url,
    [ENV.queueEndpoint]: url,
    [ENV.clockQueue]: `${url}/clock`,
    POWERTOOLS_SERVICE_NAME: 'silent-auth',
  };
}
