/**
 * S9: after whole stories, refusals and faults at log level DEBUG, no line of any function holds what
 * nobody may read there, and no key is in the template, the bundles or an environment variable.
 */

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionLine } from '../../infra/local/function-logs.ts';
import { FUNCTION_NAMES } from '../../shared/config.ts';
import { type App, call, idempotencyKey, mailbox, phoneNumber, startApp } from '../fixtures/app.ts';
import { storedItem } from '../fixtures/aws-call.ts';
import { inboxCode, setFaults } from '../fixtures/local-services.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { PRIVATE_FORMS } from '../fixtures/private-lines.ts';
import { shakeHands } from '../fixtures/raw-http.ts';
import { sendWebhook, webhooks } from '../fixtures/scripted-vonage.ts';
import { until } from '../fixtures/until.ts';
import { sendToClock, wakeUp } from '../fixtures/wake-up.ts';

let stack: OwnStack;
const lines: FunctionLine[] = [];
/** Each value that must not be found, and what it is. */
const secrets = new Map<string, string>();
/** Those of Secrets Manager, and their names. */
const keys = new Map<string, string>();

beforeAll(async () => {
  stack = await startOwnStack({ settings: { logLevel: 'DEBUG' } });
  stack.onLine((line) => lines.push(line));
  keepKeys();
  await silentStory();
  await fallbackStory();
  await refusals();
  await faults();
  await strangers();
  const speaks = (name: string): boolean => lines.some((line) => line.function === name);
  await until(() => FUNCTION_NAMES.every(speaks) || undefined);
});

afterAll(() => stack?.close());

function keep(what: string, ...values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'string' && value.length >= 4) secrets.set(value, what);
  }
}

function keepKeys(): void {
  const identity: unknown = JSON.parse(readFileSync(join(stack.folder, 'identity.json'), 'utf8'));
  for (const [name, value] of Object.entries(identity ?? {})) {
    if (typeof value !== 'string' || /application_?id/i.test(name)) continue;
    const isPem = value.includes('-----BEGIN');
    for (const part of isPem ? value.split('\n').slice(1, -2) : [value]) {
      keep(name, part);
      if (part.length > 12) keys.set(part, name);
    }
  }
}

type Person = Readonly<Record<'phoneNumber' | 'email', string>>;

function createPerson(ending: string): Person {
  const person = { phoneNumber: phoneNumber(ending), email: mailbox() };
  keep('phone number', person.phoneNumber.slice(1), person.phoneNumber.slice(3));
  keep('e-mail', person.email, person.email.split('@')[0]);
  return person;
}

/** Starts with every member that a start can have. */
async function start(person: Person, channels: readonly string[]): Promise<App> {
  const key = idempotencyKey();
  const nonce = randomBytes(24).toString('base64url');
  keep('idempotency key', key);
  keep('nonce', nonce);
  const body = { phone_number: person.phoneNumber, email: person.email, channels, nonce };
  keep('body', JSON.stringify(body));
  const app = await startApp(stack.endpoints.api, body, { 'idempotency-key': key });
  keep('client token', app.token, app.token.split('.')[1]);
  keep('hash of the client token', createHash('sha256').update(app.token).digest('base64'));
  return app;
}

async function submit(app: App, body: { request_id: string; code: string }): Promise<void> {
  keep('code', body.code);
  keep('body', JSON.stringify(body));
  await app.post('/check-code', body);
}

async function openCheckUrl(app: App) {
  const checkUrl = await app.checkUrl();
  keep('check_url', checkUrl, new URL(checkUrl).pathname);
  return app.openCheckUrl(checkUrl);
}

async function silentStory(): Promise<void> {
  const person = createPerson('8');
  const app = await start(person, ['silent_auth', 'email']);
  const socket = await app.openSocket();
  await socket.subscribe();
  const item = JSON.stringify(await storedItem(stack.endpoints, app.requestId));
  const connections = [...item.matchAll(/"\d{13}#([^"]+)"/g)].map(([, id]) => id);
  expect(connections).toHaveLength(1);
  keep('connection id', ...connections);
  const carrier = await openCheckUrl(app);
  await submit(app, carrier.body);
  await socket.receives(({ status }) => status === 'completed');
  socket.send({ action: 'ping' });
  socket.send({ action: 'subscribe', client_token: `${app.token}x` });
  const body = { phone_number: person.phoneNumber };
  const proof = await app.post('/proof', body);
  expect(proof.status).toBe(200);
  keep('proof', proof.body.proof);
  await app.post('/proof', { phone_number: createPerson('2').phoneNumber });
  socket.close();
}

async function fallbackStory(): Promise<void> {
  const person = createPerson('99');
  const app = await start(person, ['silent_auth', 'email', 'sms']);
  await openCheckUrl(app);
  await app.post('/next-workflow', { from: 'silent_auth', error: 'check_url_rejected' });
  await app.becomes(({ channel }) => channel === 'email');
  const code = await inboxCode(stack.endpoints, person.email);
  keep('code', code);
  await submit(app, { request_id: app.requestId, code: code === '135790' ? '135791' : '135790' });
  await app.post('/next-workflow', { from: 'email', error: 'user_choice' });
  await submit(app, {
    request_id: app.requestId,
    code: await inboxCode(stack.endpoints, person.phoneNumber),
  });
  expect((await app.status()).status).toBe('completed');
}

/** Everything that is answered with a problem. */
async function refusals(): Promise<void> {
  const { api } = stack.endpoints;
  const { phoneNumber: known, email } = createPerson('4');
  const bodies: readonly unknown[] = [
    { phone_number: known.slice(1), email },
    { phone_number: `${known}0000`, email },
    { phone_number: known, email: `${email}@` },
    { phone_number: known, email, channels: ['email', 'silent_auth'] },
    { phone_number: known, email, nonce: 'short' },
    `{"phone_number":"${known}","email":"${email}"`,
    { phone_number: known, email, padding: 'x'.repeat(5000) },
  ];
  for (const body of bodies) await call(api, 'POST', '/start', { body });
  const app = await start(createPerson('6'), ['silent_auth', 'email']);
  const other = await start(createPerson('2'), ['silent_auth']);
  for (const token of [`${app.token}A`, `${other.requestId}.${app.token.split('.')[1]}`]) {
    keep('client token', token);
    await call(api, 'GET', '/status', { headers: { authorization: `Bearer ${token}` } });
    expect(await shakeHands(stack.endpoints.websocket, ['silent-auth.v1', token])).toBe(401);
  }
  await submit(app, { request_id: other.requestId, code: 'aB3dE6' });
  await app.post('/check-code', { request_id: app.requestId, code: { nested: known } });
  await other.post('/cancel');
  await call(api, 'GET', '/openapi.json');
  await call(api, 'GET', '/.well-known/jwks.json');
}

/** Vonage fails in every way that our log lines mention. */
async function faults(): Promise<void> {
  const { endpoints } = stack;
  const kinds = ['internal_error', 'unauthorized', 'invalid_params', 'not_json', 'truncated'];
  for (const kind of [...kinds, 'throttled', 'concurrent', 'network_unsupported']) {
    await setFaults(endpoints, { answer: { operation: '*', kind } });
    const { phoneNumber: number, email } = createPerson('8');
    const body = { phone_number: number, email, channels: ['silent_auth', 'email'] };
    await call(endpoints.api, 'POST', '/start', { body });
    await setFaults(endpoints);
  }
  const app = await start(createPerson('8'), ['silent_auth', 'email']);
  const carrier = await openCheckUrl(app);
  await setFaults(endpoints, { answer: { operation: '*', kind: 'internal_error' } });
  await submit(app, carrier.body);
  await app.post('/next-workflow', { from: 'silent_auth', error: 'sdk_error' });
  await app.post('/cancel');
  await wakeUp(endpoints, app.requestId);
  await sendToClock(endpoints, JSON.stringify({ v: 1, request_id: createPerson('2') }));
  await until(() => lines.some((line) => line.function === 'clock') || undefined);
  await setFaults(endpoints);
}

/** Webhooks that Vonage did not send, or with unknown content. */
async function strangers(): Promise<void> {
  const { endpoints } = stack;
  const { phoneNumber: number } = createPerson('8');
  const app = await start(createPerson('8'), ['silent_auth', 'email']);
  const completed = webhooks.event(app.requestId, 'silent_auth', 'completed');
  await sendWebhook(endpoints, completed, { secret: 'x'.repeat(40) });
  await sendWebhook(endpoints, completed);
  await sendWebhook(endpoints, { type: 'something else', to: number.slice(1) });
  await sendWebhook(endpoints, { ...completed, channel: number, status: number });
  await call(endpoints.api, 'POST', '/webhook', { body: { ...completed, to: number } });
}

/** A value by itself, not as a part of a longer number or word. */
function isIn(line: string, value: string): boolean {
  const isLong = value.length > 12;
  for (let at = line.indexOf(value); at >= 0; at = line.indexOf(value, at + 1)) {
    if (isLong) return true;
    const around = `${line[at - 1] ?? ' '}${line[at + value.length] ?? ' '}`;
    if (!/[A-Za-z0-9.-]/.test(around)) return true;
  }
  return false;
}

describe('the log of every function', () => {
  it('holds nothing that somebody sent, received or owns', () => {
    expect(new Set(secrets.values()).size).toBeGreaterThan(12);
    for (const [value, what] of secrets) {
      expect(isIn(`{"message":"it was ${value}"}`, value), `${what} would be found`).toBe(true);
      const forms = [value, JSON.stringify(value).slice(1, -1)];
      const found = lines.filter(({ line }) => forms.some((form) => isIn(line, form)));
      expect(found, what).toEqual([]);
    }
  });

  it.each(PRIVATE_FORMS)('would be caught with %s, and holds none', (_what, form, example) => {
    expect(JSON.stringify({ message: `it was ${example}` })).toMatch(form);
    expect(lines.filter(({ line }) => form.test(line))).toEqual([]);
  });
});

/** Names of the keys that a text holds, as they are or in base64. */
function keysIn(text: string): readonly string[] {
  return [...keys]
    .filter(([key]) => text.includes(key) || text.includes(Buffer.from(key).toString('base64')))
    .map(([, name]) => name);
}

describe('the keys', () => {
  it('are in no file that would be deployed', () => {
    const { assemblyFolder } = stack;
    const names = ['applicationPrivateKey', 'proofPrivateKey', 'signatureSecret'];
    expect([...keys.values()]).toEqual(expect.arrayContaining(names));
    expect(keysIn(`KEY=${[...keys.keys()].join(',')}`)).toHaveLength(keys.size);
    const files = readdirSync(assemblyFolder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(assemblyFolder, name))
      .filter((file) => statSync(file).isFile());
    expect(files.some((file) => file.endsWith('.template.json'))).toBe(true);
    expect(files.some((file) => file.endsWith('.mjs'))).toBe(true);
    const found = files.flatMap((file) =>
      keysIn(readFileSync(file, 'utf8')).map((name) => `${name} in ${file}`),
    );
    expect(found).toEqual([]);
  });

  it.skipIf(!existsSync('/proc/self/environ'))('are in no environment variable', () => {
    const pids = Object.values(stack.processes()).flat();
    expect(pids.length).toBeGreaterThanOrEqual(FUNCTION_NAMES.length);
    for (const pid of pids) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      expect(environment).toContain('AWS_LAMBDA_FUNCTION_NAME=');
      expect(keysIn(environment)).toEqual([]);
    }
  });
});
