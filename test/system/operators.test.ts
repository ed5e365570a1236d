/** What operators do: `npm run configure`, `npm run doctor`, channels switched off in a running stack. */

import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, phoneNumber, startApp } from '../fixtures/app.ts';
import { outputsOfStage, useHealthyAccount } from '../fixtures/aws-account.ts';
import { awsOutput } from '../fixtures/aws-call.ts';
import { type Ended, runCommand } from '../fixtures/command.ts';
import { sendWebhook } from '../fixtures/scripted-vonage.ts';
import { putSecret, readSecret } from '../fixtures/secrets-manager.ts';
import { until } from '../fixtures/until.ts';
import { startWatchedStack, type WatchedStack } from '../fixtures/watched-stack.ts';

let stack: WatchedStack;
let files: string;

beforeAll(async () => {
  stack = await startWatchedStack();
  files = mkdtempSync(join(tmpdir(), 'silent-auth-operators-'));
});

afterAll(async () => {
  await stack?.close();
  rmSync(files, { recursive: true, force: true });
});

const configure = (...args: string[]): Promise<Ended> =>
  runCommand('infra/operate/configure/run.ts', '--local', stack.folder, ...args);
const doctor = (...args: string[]): Promise<Ended> =>
  runCommand('infra/operate/doctor/run.ts', '--local', stack.folder, ...args);
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

async function applications(
  method = 'GET',
  body?: object,
  path = `/${stack.endpoints.application_id}`,
) {
  const { account, vonage } = stack.endpoints;
  const credentials = Buffer.from(`${account.api_key}:${account.api_secret}`).toString('base64');
  const response = await fetch(`${vonage}/v2/applications${path}`, {
    method,
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json();
}

const privateKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

function expectEnd({ code, output }: Ended, wanted: number, ...texts: (string | RegExp)[]): void {
  for (const text of texts) expect(output).toMatch(text);
  expect(code).toBe(wanted);
}

/** Replaces a secret while `task` runs. */
async function withSecret(
  name: 'private_key' | 'proof_key',
  text: string,
  task: () => Promise<void>,
): Promise<void> {
  const before = await readSecret(stack.endpoints, name);
  await putSecret(stack.endpoints, name, text);
  await task().finally(() => putSecret(stack.endpoints, name, before));
}

const NO_APPLICATION = '{"application_id":"","private_key":""}';

describe('doctor', () => {
  describe('of a healthy stack', () => {
    let examined: Ended;
    let measured: number;
    beforeAll(async () => {
      measured = stack.own().length;
      examined = await doctor();
    });

    it('finds nothing wrong', () => {
      const { code, output } = examined;
      expect(output).not.toMatch(/fault|skipped/);
      expect(output.match(/^ok /gm)?.length).toBeGreaterThanOrEqual(12);
      expect(code).toBe(0);
    });

    it('leaves no item and no measurement of its webhooks', async () => {
      const scan = { TableName: stack.endpoints.tables.verifications };
      const found = await awsOutput(stack.endpoints.dynamodb, 'DynamoDB_20120810.Scan', scan);
      expect(JSON.stringify(found)).not.toContain('doctor-');
      // It also starts a verification and cancels it, whose webhooks count.
      const isOfDoctor = ({ requestId = 'doctor-' }): boolean => requestId.startsWith('doctor-');
      const counted = stack.own().slice(measured).filter(isOfDoctor);
      const names = counted.map(({ metric }) => metric.name);
      expect(names.filter((name) => /WebhookAccepted|Unintelligible/.test(name))).toEqual([]);
    });

    it('shows no secret', async () => {
      const { output } = examined;
      const names = ['private_key', 'signature', 'proof_key'] as const;
      const values = (await Promise.all(names.map(secret))).flatMap(Object.values).map(String);
      const { api_secret } = stack.endpoints.account;
      for (const value of [...values.filter(({ length }) => length > 8), api_secret]) {
        expect(output).not.toContain(value);
      }
    });
  });

  it('names the secret that is not set, and exits with 1', () =>
    withSecret('proof_key', '{"private_key":""}', async () => {
      expectEnd(await doctor(), 1, /^fault +The proof key is set +not set: private_key/m);
    }));

  it('finds a private key that Vonage does not know', async () => {
    const foreign = { ...(await secret('private_key')), private_key: privateKey() };
    await withSecret('private_key', JSON.stringify(foreign), async () => {
      const fault = /^fault +Vonage accepts the private key +Vonage refuses the key/m;
      expectEnd(await doctor(), 1, fault);
    });
  });

  it('finds a Status URL that points elsewhere', async () => {
    const healthy = await applications();
    const webhooks = { status_url: { address: 'https://old.example/', http_method: 'POST' } };
    await applications('PUT', { ...healthy, capabilities: { verify: { webhooks } } });
    const { output } = await doctor();
    await applications('PUT', healthy);
    expect(output).toMatch(/^fault +The Status URL points here +it is https:\/\/old\.example\//m);
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

  it('sets the Status URL and keeps the rest of the application', async () => {
    const healthy = await applications();
    const network_apis = { network_application_id: 'test-application' };
    await applications('PUT', { name: 'acme', capabilities: { network_apis, verify: {} } });
    const address = `${stack.endpoints.api}/webhook`;
    expectEnd(await configure(), 0, `Status URL: none → ${address}`);
    const verify = { webhooks: { status_url: { address } } };
    const kept = { name: 'acme', capabilities: { network_apis, verify } };
    expect(await applications()).toMatchObject(kept);
    await applications('PUT', healthy);
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

  it('refuses a private key of another application', async () => {
    const before = await secret('private_key');
    const ended = await configure('--private-key-file', file('key', privateKey()));
    expectEnd(ended, 2, 'belongs to another Vonage application');
    expect(await secret('private_key')).toEqual(before);
  });

  it.each([
    ['a file without a private key', '--private-key-file', 'nonsense', /not a private key in PEM/],
    ['a short signature secret', '--signature-secret-file', 'a5f0c3', /shorter than 32/],
  ])('refuses %s, and does not repeat it', async (_what, option, content, message) => {
    const ended = await configure(option, file('bad', content));
    expectEnd(ended, 2, message);
    expect(ended.output).not.toContain(content);
  });

  it.each([
    ['a secret as an argument', ['--signature-secret', 'x'.repeat(32)], /signature-secret/],
    ['a file that is not there', ['--private-key-file', '/nowhere'], /cannot read/],
    ['two deployments', ['--stage', 'dev'], /either --stage or --local/],
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
    await putSecret(stack.endpoints, 'private_key', NO_APPLICATION);
  });

  afterAll(async () => {
    for (const [index, name] of CHANGED.entries()) {
      await putSecret(stack.endpoints, name, before[index] ?? '');
    }
    await forgetSecrets();
  });

  /** Every process reads its secrets once. */
  async function forgetSecrets(): Promise<void> {
    const killed = Object.values(stack.processes()).flat();
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    const isGone = (pid: number): boolean => !Object.values(stack.processes()).flat().includes(pid);
    await until(() => killed.every(isGone) || undefined);
  }

  async function madeApplications(name = NAME) {
    const { _embedded: all } = await applications('GET', undefined, '?page_size=100');
    return all.applications.filter((each: { name: string }) => each.name === name);
  }

  it('only shows on a dry run what it would create', async () => {
    const ended = await configure('--create-application', '--dry-run');
    expectEnd(ended, 0, `Application: ${NAME} would be created`);
    expect(await madeApplications()).toEqual([]);
    expect((await secret('private_key')).private_key).toBe('');
  });

  it('creates an application whose private key is in Secrets Manager and nowhere else', async () => {
    const ended = await configure('--create-application');
    const { application_id: id, private_key: key } = await secret('private_key');
    const byHand = /To do by hand:[\s\S]*Network Registry[\s\S]*Signature secret/;
    expectEnd(ended, 0, `Application: ${id} (${NAME}) created`, byHand);
    expect(ended.output).not.toMatch(/BEGIN|PRIVATE KEY/);
    expect(ended.output).not.toContain(key.split('\n')[1]);
    const [made, ...others] = await madeApplications();
    expect(others).toEqual([]);
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    expect([made.id, made.keys]).toEqual([id, { public_key: publicKey.trim() }]);
    const address = `${stack.endpoints.api}/webhook`;
    const { status_url } = made.capabilities.verify.webhooks;
    expect(status_url).toEqual({ address, http_method: 'POST' });
    expect((await secret('signature')).application_id).toBe(id);
  });

  it('creates one with which the backend verifies numbers and accepts webhooks', async () => {
    await forgetSecrets();
    const app = await startApp(stack.endpoints.api, { phone_number: phoneNumber('8') });
    await app.checkUrl();
  });

  it('reuses it the second time', async () => {
    const stored = await secret('private_key');
    const reused = `Application: ${stored.application_id} (${NAME}) is reused`;
    expectEnd(await configure('--create-application'), 0, reused);
    expect(await secret('private_key')).toEqual(stored);
    expect(await madeApplications()).toHaveLength(1);
  });

  it('continues an interrupted run without a second application', async () => {
    const stored = await secret('private_key');
    const left = JSON.stringify({ ...stored, application_id: '' });
    await putSecret(stack.endpoints, 'private_key', left);
    const reused = `Application: ${stored.application_id} (${NAME}) is reused`;
    expectEnd(await configure('--create-application'), 0, reused);
    expect(await secret('private_key')).toEqual(stored);
  });

  it('refuses an application of the same name whose key it lacks, until it is named', () =>
    withSecret('private_key', NO_APPLICATION, async () => {
      const [made] = await madeApplications();
      expectEnd(await configure('--create-application'), 2, `--application-id ${made.id}`);
      expect(await madeApplications()).toEqual([made]);
      const ended = await configure('--create-application', '--application-id', made.id);
      expectEnd(ended, 0, `Application: ${made.id} (${NAME}) has a new key`);
      expect(await madeApplications()).not.toEqual([made]);
    }));

  it('creates an application for the playground next to it', async () => {
    await putSecret(stack.endpoints, 'private_key', NO_APPLICATION);
    expectEnd(await configure('--create-application', '--playground'), 0, 'Playground');
    const [made] = await madeApplications(`${NAME}-playground`);
    expect(made.capabilities.network_apis.network_application_id).toBe('test-application');
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
});

describe('the doctor of a stage in AWS', () => {
  const examine = (outputs: string): Promise<Ended> =>
    runCommand('infra/operate/doctor/run.ts', '--stage', 'prod', '--outputs', outputs);

  it('asks for the outputs of the stage where there are none', async () => {
    const deploy = 'npm run deploy -- -c stage=prod --outputs-file';
    expectEnd(await examine(join(files, 'outputs.json')), 2, deploy);
  });

  it('finds the stage by its outputs', async () => {
    await useHealthyAccount(stack.endpoints);
    const ended = await examine(file('outputs.json', outputsOfStage(stack.endpoints)));
    expectEnd(ended, 0, /^skipped +The Status URL points here/m);
    expect(ended.output).not.toContain('fault');
  });
});

describe('a channel that is switched off', () => {
  async function switchOff(channels: string): Promise<void> {
    await putChannelSwitch(channels);
    // An instance reads the switch once a minute; a new one reads it at once.
    const old = stack.processes().start ?? [];
    for (const pid of old) process.kill(pid, 'SIGKILL');
    const isOld = (pid: number): boolean => old.includes(pid);
    await until(() => (stack.processes().start?.some(isOld) ? undefined : true));
  }

  const start = (channels: readonly string[], number = phoneNumber('8')) =>
    call(stack.endpoints.api, 'POST', '/start', {
      body: { phone_number: number, email: 'jo@example.org', channels },
    });

  it('is left out of new starts until it is switched on again', async () => {
    await switchOff('email,voice');
    const { status, body } = await start(['silent_auth', 'email', 'sms']);
    expect(status).toBe(202);
    const workflow = body.verification.workflow.map(({ channel }: { channel: string }) => channel);
    expect(workflow).toEqual(['silent_auth', 'sms']);
    await switchOff('none');
    expect((await start(['email'])).status).toBe(202);
  });

  it('refuses a start whose channels are all switched off, and frees the number', async () => {
    const number = phoneNumber('8');
    await switchOff('sms');
    const { status, body } = await start(['sms'], number);
    expect([status, body.code]).toEqual([503, 'provider_unavailable']);
    await switchOff('none');
    expect((await start(['sms'], number)).status).toBe(202);
  });
});
