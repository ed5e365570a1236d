/**
 * A simulator, an application that calls it and a Status URL that it calls. Whatever passes between
 * them is held against Vonage's own document on the way.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { importPKCS8, SignJWT } from 'jose';
import { expect } from 'vitest';
import type { FaultRule } from '../../../../../infra/local/vonage/fault-rules.ts';
import {
  startVonageSimulator,
  type VonageSimulator,
  type VonageSimulatorOptions,
} from '../../../../../infra/local/vonage/simulator.ts';
import type { Time } from '../../../../../infra/local/vonage/time.ts';
import {
  type ContractOperation,
  validateCallback,
  validateCheckRequest,
  validateResponse,
  validateStartRequest,
} from '../../../../fixtures/vonage-contract.ts';

export const APPLICATION_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab';
export const API_KEY = 'abcd1234';
export const API_SECRET = 'account-secret-of-tests';
export const SIGNATURE_SECRET = 'signature-secret-of-tests-32-bytes!!';
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
export const PRIVATE_KEY = keys.privateKey;
export const PUBLIC_KEY = keys.publicKey;

/** Ends a wait for what will never come. */
const DEADLINE_MS = 300_000;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `{}` when there is none. */
  readonly json: Record<string, unknown>;
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly atMs: number;
}

export interface StatusUrl extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** What to answer from now on; null: nothing, ever. */
  answerWith(status: (received: Received) => number | null): void;
  /** Drops what came about a request. */
  forget(requestId: string): void;
  /** Waits until `count` webhooks with these members are there. */
  wait(members: Readonly<Record<string, unknown>>, count?: number): Promise<Received>;
}

export interface Harness extends AsyncDisposable {
  readonly url: string;
  readonly statusUrl: StatusUrl;
  /** Lets this much time pass at the simulator, where it stands still otherwise. */
  pass(seconds: number): void;
  /** Lets time pass, from one timer to the next, until the task is done. */
  passing<T>(task: Promise<T>): Promise<T>;
  start(workflow: readonly object[], members?: object): Promise<Answered>;
  check(requestId: string, code: string): Promise<Answered>;
  /** A check with any body. */
  submit(requestId: string, body: unknown): Promise<Answered>;
  nextWorkflow(requestId: string): Promise<Answered>;
  cancel(requestId: string): Promise<Answered>;
  faults(...rules: readonly FaultRule[]): Promise<void>;
  /** The newest code sent to an address. */
  code(to: string): Promise<string>;
  /** A GET of one of the simulator's own paths. */
  look(path: string): Promise<unknown>;
}

export async function createHarness(
  options: Partial<VonageSimulatorOptions> = {},
): Promise<Harness> {
  const clock = createClock();
  const statusUrl = await createStatusUrl(clock.now);
  const simulator: VonageSimulator = await startVonageSimulator({
    port: 0,
    applicationId: APPLICATION_ID,
    applicationPublicKey: PUBLIC_KEY,
    apiKey: API_KEY,
    signatureSecret: SIGNATURE_SECRET,
    accountApiSecret: API_SECRET,
    webhookUrl: statusUrl.url,
    time: clock,
    ...options,
  });
  return {
    ...createClient(simulator.url),
    statusUrl,
    pass: clock.pass,
    passing: clock.passing,
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await statusUrl[Symbol.asyncDispose]();
    },
  };
}

/** The simulator's time: it stands still until a test lets it pass. */
function createClock(): Time & Pick<Harness, 'pass' | 'passing'> {
  const timers = new Map<() => void, number>();
  let passedMs = 0;
  const nextMs = (): number => Math.min(...timers.values());

  function passTo(targetMs: number): void {
    for (let dueMs = nextMs(); dueMs <= targetMs; dueMs = nextMs()) {
      passedMs = Math.max(passedMs, dueMs);
      for (const [task, atMs] of timers) if (atMs === dueMs && timers.delete(task)) task();
    }
    passedMs = targetMs;
  }

  return {
    now: () => Date.now() + passedMs,
    scaledMs: (seconds) => seconds * 1000,
    after(delayMs, task) {
      const own = (): void => task();
      if (delayMs > 0) timers.set(own, passedMs + delayMs);
      else setImmediate(own);
      return () => void timers.delete(own);
    },
    stop: () => timers.clear(),
    pass: (seconds) => passTo(passedMs + seconds * 1000),
    async passing(task) {
      let isDone = false;
      const done = task.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (timers.size > 0) passTo(nextMs());
      }
      return done;
    },
  };
}

/** The calls of an application, each answer held against the document. */
export function createClient(
  url: string,
): Omit<Harness, 'statusUrl' | 'pass' | 'passing' | typeof Symbol.asyncDispose> {
  const verify = `${url}/v2/verify`;

  async function call(
    operation: ContractOperation,
    method: string,
    target: string,
    body?: unknown,
  ): Promise<Answered> {
    const headers = { authorization: `Bearer ${await signApplicationJwt()}` };
    const answered = await send(target, method, headers, body);
    expectContract(operation, answered);
    return answered;
  }

  async function look(path: string): Promise<unknown> {
    return (await fetch(`${url}${path}`)).json();
  }

  return {
    url,
    start(workflow, members = {}) {
      const body = { brand: 'Acme', workflow, ...members };
      return call('start', 'POST', verify, body);
    },
    check(requestId, code) {
      const body = { code };
      expect(validateCheckRequest(body)).toEqual([]);
      return call('check', 'POST', `${verify}/${requestId}`, body);
    },
    submit: (requestId, body) => call('check', 'POST', `${verify}/${requestId}`, body),
    nextWorkflow: (requestId) =>
      call('next_workflow', 'POST', `${verify}/${requestId}/next_workflow`),
    cancel: (requestId) => call('cancel', 'DELETE', `${verify}/${requestId}`),
    async faults(...rules) {
      const answered = await send(`${url}/faults`, 'PUT', {}, { rules });
      expect(answered.text).toMatch(/^\{"rules"/);
    },
    async code(to) {
      const messages: unknown = await look(`/inbox?to=${encodeURIComponent(to)}`);
      const [newest] = Array.isArray(messages) ? messages : [];
      return String(newest?.code);
    },
    look,
  };
}

/** Everything that an accepted start must say. */
export async function started(
  answer: Promise<Answered>,
): Promise<{ requestId: string; checkUrl: string }> {
  const { status, json } = await answer;
  expect(status).toBe(202);
  return { requestId: String(json.request_id), checkUrl: String(json.check_url) };
}

export async function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answered> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(signal !== undefined && { signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const content = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const json = content !== '' && isJson ? JSON.parse(content) : {};
  return { status: response.status, headers: response.headers, text: content, json };
}

/** Holds one answer against the document. */
export function expectContract(operation: ContractOperation, answered: Answered): void {
  const type = answered.headers.get('content-type');
  expect(validateResponse(operation, answered.status, answered.text, type)).toEqual([]);
}

/** Holds a body of `POST /v2/verify` against the document. */
export function expectStartRequest(body: unknown): void {
  expect(validateStartRequest(body)).toEqual([]);
}

export interface DeviceTrip {
  readonly answered: Answered;
  /** Every place the handset was sent to. */
  readonly visited: readonly string[];
}

/** Goes where the handset goes, with its cookies, until there is no redirect on this host. */
export async function openCheckUrl(checkUrl: string, withCookies = true): Promise<DeviceTrip> {
  const visited: string[] = [];
  const cookies = new Map<string, string>();
  let next = checkUrl;
  for (;;) {
    visited.push(next);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answered = await send(next, 'GET', withCookies && cookie !== '' ? { cookie } : {});
    expectContract('check_url', answered);
    const location = answered.headers.get('location');
    if (location === null || new URL(location).host !== new URL(checkUrl).host) {
      return { answered, visited };
    }
    for (const set of answered.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    next = location;
  }
}

/** @param claims replace the usual ones; undefined takes a claim away */
export async function signApplicationJwt(
  claims: Readonly<Record<string, unknown>> = {},
  privateKey = PRIVATE_KEY,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = { application_id: APPLICATION_ID, iat: now, exp: now + 900, jti: randomUUID() };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .sign(await importPKCS8(privateKey, 'RS256'));
}

export async function createStatusUrl(now = Date.now): Promise<StatusUrl> {
  let received: Received[] = [];
  const waiting = new Set<() => void>();
  let statusOf: (one: Received) => number | null = () => 204;
  const server = createServer(async (request, response) => {
    const content = await text(request);
    const body: Record<string, unknown> = JSON.parse(content);
    const one = { headers: request.headers, text: content, body, atMs: now() };
    received.push(one);
    for (const look of waiting) look();
    const status = statusOf(one);
    if (status !== null) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}/webhook`,
    get received() {
      return received;
    },
    forget(requestId) {
      received = received.filter(({ body }) => body.request_id !== requestId);
    },
    answerWith(status) {
      statusOf = status;
    },
    async wait(members, count = 1) {
      const { promise, resolve, reject } = Promise.withResolvers<Received>();
      const look = (): void => {
        const found = received.filter((one) => hasMembers(one.body, members));
        const last = found[count - 1];
        if (last !== undefined) resolve(last);
      };
      const wanted = `${count} × ${JSON.stringify(members)}`;
      const seen = (): string => received.map((one) => one.text).join('\n');
      const timer = setTimeout(
        () => reject(new Error(`no webhook ${wanted}, but\n${seen()}`)),
        DEADLINE_MS,
      );
      waiting.add(look);
      look();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(look);
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Holds all webhooks so far against the document. */
export function expectCallbacks({ received }: StatusUrl): void {
  for (const { body } of received) expect(validateCallback(body)).toEqual([]);
}

function hasMembers(
  body: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(members).every(([name, value]) => body[name] === value);
}
