/**
 * A simulator, an application that calls it and a Status URL that it calls. Every message between
 * them is checked against Vonage's own document.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, expect, vi } from 'vitest';
import type { FaultRule } from '../../../../../infra/local/vonage/fault-rules.ts';
import { startVonageSimulator } from '../../../../../infra/local/vonage/simulator.ts';
import { signApplicationJwt } from '../../../../../infra/operate/deployment/application-jwt.ts';
import { startHttpStub } from '../../../../fixtures/http-stub.ts';
import { newApplicationKey } from '../../../../fixtures/secrets.ts';
import { until } from '../../../../fixtures/until.ts';
import { passing } from '../../../../fixtures/virtual-time.ts';
import {
  type ContractOperation,
  validateCallback,
  validateCheckRequest,
  validateResponse,
  validateStartRequest,
} from '../../../../fixtures/vonage-contract.ts';

export const APPLICATION_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab';
export const API_KEY = 'abcd1234';
const API_SECRET = 'account-secret-of-tests';
export const SIGNATURE_SECRET = 'signature-secret-of-tests-32-bytes!!';
export const { privateKey: PRIVATE_KEY, publicKey: PUBLIC_KEY } = newApplicationKey();
/** Opens the Applications API, and starts verifications without webhooks. */
export const BASIC = {
  authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}`,
};

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

export type StatusUrl = Awaited<ReturnType<typeof createStatusUrl>>;
type Harness = Awaited<ReturnType<typeof createHarness>>;

/** A harness for all tests of a file; its webhooks are checked at the end. */
export async function useHarness(): Promise<Harness> {
  const harness = await createHarness();
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    const { received } = harness.statusUrl;
    for (const { body } of received) expect(validateCallback(body)).toEqual([]);
  });
  return harness;
}

/** Time stands still until the harness is disposed of. */
export async function createHarness() {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const statusUrl = await createStatusUrl();
  const simulator = await startVonageSimulator({
    port: 0,
    applicationId: APPLICATION_ID,
    applicationPublicKey: PUBLIC_KEY,
    apiKey: API_KEY,
    signatureSecret: SIGNATURE_SECRET,
    accountApiSecret: API_SECRET,
    webhookUrl: statusUrl.url,
  });
  return {
    ...createClient(simulator.url),
    statusUrl,
    /** Lets seconds pass. */
    pass: (seconds: number) => void vi.advanceTimersByTime(seconds * 1000),
    /** Lets time pass until the task is done. */
    passing: <T>(task: Promise<T>) => passing(task, () => vi.advanceTimersToNextTimer()),
    async [Symbol.asyncDispose]() {
      vi.useRealTimers();
      await simulator.close();
      await statusUrl[Symbol.asyncDispose]();
    },
  };
}

/** An application; each answer to it is checked against the document. */
export function createClient(url: string) {
  const verify = `${url}/v2/verify`;

  async function call(
    operation: ContractOperation,
    method: string,
    target: string,
    body?: unknown,
  ): Promise<Answered> {
    const answered = await send(target, method, await authorization(), body);
    expectContract(operation, answered);
    return answered;
  }

  async function look(path: string): Promise<unknown> {
    return (await fetch(`${url}${path}`)).json();
  }

  return {
    url,
    start: (workflow: readonly object[], members: object = {}) =>
      call('start', 'POST', verify, { brand: 'Acme', workflow, ...members }),
    check(requestId: string, code: string) {
      expect(validateCheckRequest({ code })).toEqual([]);
      return call('check', 'POST', `${verify}/${requestId}`, { code });
    },
    /** A check with any body. */
    submit: (requestId: string, body: unknown) =>
      call('check', 'POST', `${verify}/${requestId}`, body),
    nextWorkflow: (requestId: string) =>
      call('next_workflow', 'POST', `${verify}/${requestId}/next_workflow`),
    cancel: (requestId: string) => call('cancel', 'DELETE', `${verify}/${requestId}`),
    async faults(...rules: readonly FaultRule[]): Promise<void> {
      const answered = await send(`${url}/faults`, 'PUT', {}, { rules });
      expect(answered.text).toMatch(/^\{"rules"/);
    },
    /** The newest code sent to an address. */
    async code(to: string): Promise<string> {
      const messages: unknown = await look(`/inbox?to=${encodeURIComponent(to)}`);
      const [newest] = Array.isArray(messages) ? messages : [];
      return String(newest?.code);
    },
    /** A GET of one of the simulator's own paths. */
    look,
  };
}

/** What an accepted start answers. */
export async function started(
  answer: Promise<Answered>,
): Promise<{ requestId: string; checkUrl: string }> {
  const { status, json } = await answer;
  expect(status).toBe(202);
  return { requestId: String(json.request_id), checkUrl: String(json.check_url) };
}

let numbers = 0;

/** A number of no other test; odd ones are rejected, those in 99 fail. */
export function newNumber(ending = '00'): string {
  numbers += 1;
  return `4477${String(numbers).padStart(6, '0')}${ending}`;
}

/** A step of a workflow to a number, or to the mailbox that is named after the number. */
export function stepTo(number: string, channel: string): { channel: string; to: string } {
  const to = channel === 'email' ? `s${number}@example.org` : number;
  return { channel, to, ...(/whatsapp|rcs/.test(channel) && { from: 'Acme' }) };
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

export function expectContract(operation: ContractOperation, answered: Answered): void {
  const type = answered.headers.get('content-type');
  expect(validateResponse(operation, answered.status, answered.text, type)).toEqual([]);
}

/** Checks a body of `POST /v2/verify` against the document. */
export function expectStartRequest(body: unknown): void {
  expect(validateStartRequest(body)).toEqual([]);
}

/** Follows the redirects on this host as a handset does, with its cookies. */
export async function openCheckUrl(
  checkUrl: string,
  withCookies = true,
): Promise<{ readonly answered: Answered; readonly visited: readonly string[] }> {
  const visited: string[] = [];
  const cookies: string[] = [];
  for (let next: string | null = checkUrl; ; ) {
    visited.push(next);
    const answered = await send(next, 'GET', withCookies ? { cookie: cookies.join('; ') } : {});
    expectContract('check_url', answered);
    next = answered.headers.get('location');
    if (!next?.startsWith(new URL(checkUrl).origin)) return { answered, visited };
    cookies.push(...answered.headers.getSetCookie().map((set) => set.split(';')[0] ?? ''));
  }
}

/** What an application sends with every call. */
export async function authorization(): Promise<{ readonly authorization: string }> {
  return { authorization: `Bearer ${await signApplicationJwt(APPLICATION_ID, PRIVATE_KEY)}` };
}

export async function createStatusUrl() {
  const stub = await startHttpStub();
  let received: Received[] = [];
  let statusOf: (one: Received) => number = () => 204;
  stub.answer((response) => {
    const { headers = {}, body: text = '' } = stub.received.at(-1) ?? {};
    const one = { headers, text, body: JSON.parse(text), atMs: Date.now() };
    received.push(one);
    response.writeHead(statusOf(one)).end();
  });

  return {
    url: `${stub.url}/webhook`,
    get received(): readonly Received[] {
      return received;
    },
    /** Drops the webhooks of a request. */
    forget(requestId: string): void {
      received = received.filter(({ body }) => body.request_id !== requestId);
    },
    /** The webhooks of a request so far. */
    about: (requestId: string) =>
      received.map(({ body }) => body).filter(({ request_id }) => request_id === requestId),
    /** Replaces the answer 204. */
    answerWith(status: (received: Received) => number): void {
      statusOf = status;
    },
    /** Waits until `count` webhooks with these members are there. */
    wait: (members: Received['body'], count = 1) =>
      until(() => received.filter(({ body }) => hasMembers(body, members))[count - 1]),
    [Symbol.asyncDispose]: stub.stop,
  };
}

function hasMembers(body: Received['body'], members: Received['body']): boolean {
  return Object.entries(members).every(([name, value]) => body[name] === value);
}
