/**
 * The simulator as a separate process. It reads its settings from the environment, sends
 * `{ready, url}` to its parent, and ends with SIGTERM or with its parent.
 */
import { env } from 'node:process';
import { z } from 'zod';
import { LocalStackError } from '../error.ts';
import { startVonageSimulator, type VonageSimulatorOptions } from './simulator.ts';
import { createTime } from './time.ts';

const access = z.object({ hosts: z.array(z.string()), origins: z.array(z.string()) });

function readOptions(): VonageSimulatorOptions {
  const scale = Number(env.VONAGE_TIME_SCALE || 1);
  if (!(scale > 0)) throw new LocalStackError('VONAGE_TIME_SCALE must be a positive number');
  const { WEBHOOK_URL: webhookUrl } = env;
  if (webhookUrl && !URL.canParse(webhookUrl))
    throw new LocalStackError('WEBHOOK_URL is not a URL');
  return {
    port: Number(env.PORT || 0),
    applicationId: required('APPLICATION_ID'),
    applicationPublicKey: required('APPLICATION_PUBLIC_KEY'),
    apiKey: required('API_KEY'),
    signatureSecret: required('SIGNATURE_SECRET'),
    time: createTime(scale),
    ...(env.HOST ? { host: env.HOST } : {}),
    ...(webhookUrl ? { webhookUrl } : {}),
    ...(env.STATE_FILE ? { stateFile: env.STATE_FILE } : {}),
    ...(env.ACCESS ? { access: access.parse(JSON.parse(env.ACCESS)) } : {}),
    ...(env.ACCOUNT_API_SECRET ? { accountApiSecret: env.ACCOUNT_API_SECRET } : {}),
  };
}

function required(name: string): string {
  const value = env[name];
  if (!value) throw new LocalStackError(`the Vonage simulator needs ${name}`);
  return value;
}

process.umask(0o077); // Files hold codes, so only this user may read them.
try {
  const simulator = await startVonageSimulator(readOptions());
  const end = (): void => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.once('disconnect', end);
  if (process.send === undefined) console.log(`Vonage simulator ready on ${simulator.url}`);
  else process.send({ ready: true, url: simulator.url });
} catch (cause) {
  console.error(cause instanceof LocalStackError ? cause.message : cause);
  process.exit(1);
}
