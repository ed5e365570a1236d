/** What operators do: `npm run configure`, `npm run doctor`, channels switched off in a running stack. */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Application,
  type Applications,
  openApplications,
  statusUrlOf,
} from '../../infra/operate/deployment/application.ts';
import { createApplicationKey, publicKeyOf } from '../../infra/operate/deployment/keys.ts';
import { call, phoneNumber, startApp } from '../fixtures/app.ts';
import { awsOutput, putSecret, readSecret } from '../fixtures/aws-call.ts';
import { type Ended, runCommand } from '../fixtures/command.ts';
import { sendWebhook } from '../fixtures/scripted-vonage.ts';
import { until } from '../fixtures/until.ts';
import { startWatchedStack, type WatchedStack } from '../fixtures/watched-stack.ts';

let stack: WatchedStack;
let files: string;
/** At the local Vonage. */
let applications: Applications;

beforeAll(async () => {
  stack = await startWatchedStack();
  files = mkdtempSync(join(tmpdir(), 'silent-auth-operators-'));
  const { account, vonage } = stack.endpoints;
  const credentials = { apiKey: account.api_key, apiSecret: account.api_secret };
  applications = openApplications(vonage, credentials);
});

afterAll(async () => {
  await stack?.close();
  rmSync(files, { recursive: true, force: true });
});

const configure = (...args: string[]): Promise<Ended> =>
  runCommand('infra/operate/configure/run.ts', '--local', stack.folder, ...args);
const doctor = (): Promise<Ended> =>
  runCommand('infra/operate/doctor/run.ts', '--local', stack.folder);
const secret = async (name: 'private_key' | 'signature' | 'proof_key') =>
  JSON.parse(await readSecret(stack.endpoints, name));

function file(name: string, content: string): string {
  const path = join(files, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

async function putChannelSwitch(channels: string): Promise<void> {
  const { secretsmanager: aws, channel_switch: Name } = stack.endpoints;
  await awsOutput(aws, 'AmazonSSM.PutParameter', { Name, Value: channels, Overwrite: true });
}

function expectEnd({ code, output }: Ended, wanted: number, ...texts: (string | RegExp)[]): void {
  for (const text of texts) expect(output).toMatch(text);
  expect(code).toBe(wanted);
}

/** Replaces a secret while `task` runs. */
async function withSecret(
  name: 'private_key' | 'proof_key',
  content: object,
  task: () => Promise<void>,
): Promise<void> {
  const before = await readSecret(stack.endpoints, name);
  await putSecret(stack.endpoints, name, JSON.stringify(content));
  await task().finally(() => putSecret(stack.endpoints, name, before));
}

/** Changes the application of the stack while `task` runs. */
async function withApplication(
  capabilities: Application['capabilities'],
  task: () => Promise<void>,
): Promise<void> {
  const { application_id: id } = stack.endpoints;
  const before = await applications.get(id);
  await applications.put(id, { name: 'acme', capabilities });
  await task().finally(() => applications.put(id, before));
}

/** Processes read their secrets once, and the switch once a minute; new ones read them at once. */
async function replaceProcesses(name?: 'start'): Promise<void> {
  const running = (): readonly number[] =>
    name ? (stack.processes()[name] ?? []) : Object.values(stack.processes()).flat();
  const killed = running();
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  await until(() => !running().some((pid) => killed.includes(pid)) || undefined);
}

const NO_APPLICATION = { application_id: '', private_key: '' };

describe('doctor', () => {
  it('finds nothing wrong with a healthy stack, shows no secret and leaves nothing', async () => {
    const before = stack.own().length;
    const { code, output } = await doctor();
    expect(output).not.toMatch(/fault|skipped/);
    expect(output.match(/^ok /gm)?.length).toBeGreaterThanOrEqual(12);
    expect(code).toBe(0);
    const names = ['private_key', 'signature', 'proof_key'] as const;
    const values = (await Promise.all(names.map(secret))).flatMap(Object.values).map(String);
    const { api_secret } = stack.endpoints.account;
    for (const value of [...values.filter(({ length }) => length > 8), api_secret]) {
      expect(output).not.toContain(value);
    }
    const scan = { TableName: stack.endpoints.tables.verifications };
    const found = await awsOutput(stack.endpoints.dynamodb, 'DynamoDB_20120810.Scan', scan);
    expect(JSON.stringify(found)).not.toContain('doctor-');
    // It also starts a verification and cancels it, whose webhooks count.
    const isOfDoctor = ({ requestId = 'doctor-' }): boolean => requestId.startsWith('doctor-');
    const counted = stack.own().slice(before).filter(isOfDoctor);
    const measured = counted.map(({ metric }) => metric.name);
    expect(measured.filter((name) => /WebhookAccepted|Unintelligible/.test(name))).toEqual([]);
  });

  it('names the secret that is not set, and exits with 1', () =>
    withSecret('proof_key', { private_key: '' }, async () => {
      expectEnd(await doctor(), 1, /^fault +The proof key is set +not set: private_key/m);
    }));

  it('finds a private key that Vonage does not know', async () => {
    const foreign = { ...(await secret('private_key')), private_key: createApplicationKey() };
    await withSecret('private_key', foreign, async () => {
      const fault = /^fault +Vonage accepts the private key +Vonage refuses the key/m;
      expectEnd(await doctor(), 1, fault);
    });
  });

  it('finds a Status URL that points elsewhere', () => {
    const status_url = { address: 'https://old.example/', http_method: 'POST' };
    return withApplication({ verify: { webhooks: { status_url } } }, async () => {
      const fault = /^fault +The Status URL points here +it is https:\/\/old\.example\//m;
      expectEnd(await doctor(), 1, fault);
    });
  });
});

describe('configure', () => {
  it('creates the channel switch once, and never changes its value', async () => {
    expect((await configure('--dry-run')).output).not.toContain('Channel switch');
    expectEnd(await configure(), 0, 'Channel switch: created');
    await putChannelSwitch('sms');
    expectEnd(await configure(), 0, 'Channel switch: unchanged');
    const { secretsmanager: aws, channel_switch: Name } = stack.endpoints;
    const found = await awsOutput(aws, 'AmazonSSM.GetParameter', { Name });
    expect(found).toMatchObject({ Parameter: { Value: 'sms' } });
    await putChannelSwitch('none');
  });

  it('changes nothing that is as it should be', async () => {
    expect((await configure()).output.match(/unchanged/g)).toHaveLength(5);
  });

  it('only shows on a dry run what it would do', async () => {
    const before = await secret('signature');
    const secretFile = file('signature', randomBytes(32).toString('hex'));
    const shown = 'signature_secret replaced, previous_signature_secret set';
    const ended = await configure('--signature-secret-file', secretFile, '--dry-run');
    expectEnd(ended, 0, shown, 'nothing was changed');
    expect(await secret('signature')).toEqual(before);
  });

  it('sets the Status URL and keeps the rest of the application', () => {
    const network_apis = { network_application_id: 'test-application' };
    return withApplication({ network_apis, verify: {} }, async () => {
      const address = `${stack.endpoints.api}/webhook`;
      expectEnd(await configure(), 0, `Status URL: none → ${address}`);
      const verify = { webhooks: { status_url: { address } } };
      const kept = { name: 'acme', capabilities: { network_apis, verify } };
      expect(await applications.get(stack.endpoints.application_id)).toMatchObject(kept);
    });
  });

  it('rotates the signature secret without losing a webhook', async () => {
    const { signature_secret: old } = await secret('signature');
    const fresh = randomBytes(32).toString('hex');
    expectEnd(await configure('--signature-secret-file', file('fresh', `${fresh}\n`)), 0);
    const rotated = { signature_secret: fresh, previous_signature_secret: old };
    expect(await secret('signature')).toMatchObject(rotated);
    const webhook = { request_id: 'doctor-rotation', type: 'event' };
    for (const key of [old, fresh]) {
      expect(await sendWebhook(stack.endpoints, webhook, { secret: key })).toBe(204);
    }
    expectEnd(await configure('--signature-secret-file', file('old', old), '--drop-previous'), 0);
  });

  it('rotates the proof key; the one before stays published', async () => {
    const before = await secret('proof_key');
    expectEnd(await configure('--rotate-proof-key'), 0, 'previous_public_key set');
    const after = await secret('proof_key');
    expect(after.private_key).not.toBe(before.private_key);
    expect(after.previous_public_key).toContain('BEGIN PUBLIC KEY');
    expect(after).toMatchObject({ kid: '', previous_kid: before.kid });
    expectEnd(await doctor(), 0);
  });

  it('prints a JWT that Vonage accepts, and nothing else', async () => {
    const ended = await configure('--print-jwt');
    expectEnd(ended, 0);
    const answer = await fetch(`${stack.endpoints.vonage}/v2/verify/${randomUUID()}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${ended.output.trim()}` },
    });
    expect(answer.status).toBe(404);
  });

  const KEY = '--private-key-file';
  const SIGNATURE = '--signature-secret-file';
  it.each<[what: string, option: string, make: () => string, message: RegExp]>([
    ['another application’s key', KEY, createApplicationKey, /belongs to another Vonage/],
    ['a file without a private key', KEY, () => 'nonsense', /not a private key in PEM/],
    ['a short signature secret', SIGNATURE, () => 'a5f0c3', /shorter than 32/],
  ])('refuses %s, and neither stores nor repeats it', async (_what, option, make, message) => {
    const before = [await secret('private_key'), await secret('signature')];
    const content = make();
    const ended = await configure(option, file('bad', content));
    expectEnd(ended, 2, message);
    expect(ended.output).not.toContain(content);
    expect([await secret('private_key'), await secret('signature')]).toEqual(before);
  });

  it.each([
    ['a secret as an argument', ['--signature-secret', 'x'.repeat(32)], /signature-secret/],
    ['a file that is not there', ['--private-key-file', '/nowhere'], /cannot read/],
  ])('refuses %s', async (_what, args, message) => {
    expectEnd(await configure(...args), 2, message);
  });
});

describe('configure --create-application', () => {
  const NAME = 'silent-auth-local';
  const CHANGED = ['private_key', 'signature'] as const;
  let before: readonly string[];

  beforeAll(async () => {
    before = await Promise.all(CHANGED.map((name) => readSecret(stack.endpoints, name)));
    await putSecret(stack.endpoints, 'private_key', JSON.stringify(NO_APPLICATION));
  });

  afterAll(async () => {
    for (const [index, name] of CHANGED.entries()) {
      await putSecret(stack.endpoints, name, before[index] ?? '');
    }
    await replaceProcesses();
  });

  const made = async (name = NAME): Promise<readonly Application[]> =>
    (await applications.list()).filter((each) => each.name === name);

  it('only shows on a dry run what it would create', async () => {
    const ended = await configure('--create-application', '--dry-run');
    expectEnd(ended, 0, `Application: ${NAME} would be created`);
    expect(await made()).toEqual([]);
    expect((await secret('private_key')).private_key).toBe('');
  });

  it('creates one whose private key is in Secrets Manager alone, and the backend works', async () => {
    const ended = await configure('--create-application');
    const { application_id: id, private_key: key } = await secret('private_key');
    const byHand = /To do by hand:[\s\S]*Network Registry[\s\S]*Signature secret/;
    expectEnd(ended, 0, `Application: ${id} (${NAME}) created`, byHand);
    expect(ended.output).not.toMatch(/BEGIN|PRIVATE KEY/);
    expect(ended.output).not.toContain(key.split('\n')[1]);
    const [application, ...others] = await made();
    expect(others).toEqual([]);
    expect(application).toMatchObject({ id, keys: { public_key: publicKeyOf(key) } });
    expect(application && statusUrlOf(application)).toBe(`${stack.endpoints.api}/webhook`);
    expect((await secret('signature')).application_id).toBe(id);
    await replaceProcesses();
    const app = await startApp(stack.endpoints.api, { phone_number: phoneNumber('8') });
    await app.checkUrl();
  });

  it.each([
    ['the second time', {}],
    ['after an interrupted run', { application_id: '' }],
  ])('reuses it %s', async (_when, lost) => {
    const stored = await secret('private_key');
    await putSecret(stack.endpoints, 'private_key', JSON.stringify({ ...stored, ...lost }));
    const reused = `Application: ${stored.application_id} (${NAME}) is reused`;
    expectEnd(await configure('--create-application'), 0, reused);
    expect(await secret('private_key')).toEqual(stored);
    expect(await made()).toHaveLength(1);
  });

  it('refuses an application of the same name whose key it lacks, until it is named', () =>
    withSecret('private_key', NO_APPLICATION, async () => {
      const [application] = await made();
      const id = String(application?.id);
      expectEnd(await configure('--create-application'), 2, `--application-id ${id}`);
      expect(await made()).toEqual([application]);
      const ended = await configure('--create-application', '--application-id', id);
      expectEnd(ended, 0, `Application: ${id} (${NAME}) has a new key`);
      expect(await made()).not.toEqual([application]);
    }));

  it('creates an application for the playground next to it', () =>
    withSecret('private_key', NO_APPLICATION, async () => {
      expectEnd(await configure('--create-application', '--playground'), 0, 'Playground');
      const network_apis = { network_application_id: 'test-application' };
      expect(await made(`${NAME}-playground`)).toMatchObject([{ capabilities: { network_apis } }]);
    }));
});

describe('a channel that is switched off', () => {
  const start = async (channels: readonly string[]) => {
    const body = { phone_number: phoneNumber('8'), email: 'jo@example.org', channels };
    const { status, body: answer } = await call(stack.endpoints.api, 'POST', '/start', { body });
    const steps: readonly { channel: string }[] = answer.verification?.workflow ?? [];
    return [status, ...steps.map(({ channel }) => channel)];
  };

  it('is left out of new starts until it is switched on again', async () => {
    await putChannelSwitch('email,voice');
    await replaceProcesses('start');
    expect(await start(['silent_auth', 'email', 'sms'])).toEqual([202, 'silent_auth', 'sms']);
    expect(await start(['email'])).toEqual([503]);
    await putChannelSwitch('none');
    await replaceProcesses('start');
    expect(await start(['email'])).toEqual([202, 'email']);
  });
});
