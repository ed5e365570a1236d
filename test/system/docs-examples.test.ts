/**
 * The scripts that match Vonage's guide, as their reader runs them. Their stack keeps Vonage's real
 * times: a shell that starts curl for each step needs more than the shared stack gives a busy
 * machine.
 */

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../shared/client/build.ts';
import { call, idempotencyKey, phoneNumber } from '../fixtures/app.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { verify } from '../fixtures/traffic.ts';
import { until } from '../fixtures/until.ts';

let stack: OwnStack;
let api: string;
let vonage: string;

beforeAll(async () => {
  stack = await startOwnStack({ timeScale: 10 });
  ({ api, vonage } = stack.endpoints);
  // The limits of curl are for functions that run already: those of a busy machine start slowly.
  await verify(stack.endpoints);
  for (const path of ['/next-workflow', '/check-code']) await call(api, 'POST', path);
  await call(api, 'GET', '/status');
});
afterAll(() => stack?.close());

/** Those that are here, each once: `sh` is another name of one of them on most machines. */
const SHELLS = new Map(
  ['sh', 'bash', 'dash'].flatMap((shell) => {
    const look = ['-c', `command -v curl >&2 && command -v ${shell}`];
    const { status, stdout } = spawnSync(shell, look, { encoding: 'utf8' });
    return status === 0 ? [[realpathSync(stdout.trim()), shell] as const] : [];
  }),
);

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

type Variables = Readonly<Record<string, string>>;

async function run(file: string, args: readonly string[], variables: Variables): Promise<Ended> {
  const env = { ...process.env, SILENT_AUTH_API: api, ...variables };
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output, errors };
}

async function inboxCode(to: string): Promise<string> {
  return until(async () => {
    const response = await fetch(`${vonage}/inbox?to=${encodeURIComponent(to)}`);
    const messages: readonly { readonly code: string }[] = await response.json();
    return messages[0]?.code;
  });
}

const mailbox = (): string => `${idempotencyKey().toLowerCase()}@example.org`;

describe.each([...SHELLS.values()])('request.sh and check-verification-code.sh in %s', (shell) => {
  const BOTH = `eval "$(${shell} docs/examples/request.sh)" && ${shell} docs/examples/check-verification-code.sh`;
  const both = (variables: Variables): Promise<Ended> => run(shell, ['-c', BOTH], variables);

  it('verify a number', async () => {
    const { code, output, errors } = await both({ VERIFY_NUMBER: phoneNumber('8') });
    expect(errors).toMatch(/Started: request_id [-0-9a-f]{36}\nHop 1: [\s\S]* answers 200\n/);
    expect(JSON.parse(output).verification).toMatchObject({
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true },
    });
    expect(code).toBe(0);
  });

  it('fall back to a code by e-mail', async () => {
    const to = mailbox();
    const variables = { VERIFY_NUMBER: phoneNumber('99'), VERIFY_TO_EMAIL: to };
    const started = await run(shell, ['docs/examples/request.sh'], variables);
    expect(started.errors).toContain(`A code is on its way to ${to}.`);
    const token = /CLIENT_TOKEN='(.*)'/.exec(started.output)?.[1] ?? '';
    const requestId = /VERIFY_REQUEST_ID='(.*)'/.exec(started.output)?.[1] ?? '';
    const check = (VERIFY_CODE: string): Promise<Ended> =>
      run(shell, ['docs/examples/check-verification-code.sh'], {
        CLIENT_TOKEN: token,
        VERIFY_REQUEST_ID: requestId,
        VERIFY_CODE,
      });
    const wrong = await check('0000');
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toMatch(/^HTTP 400 code_invalid: /);
    const { code, output } = await check(await inboxCode(to));
    expect(code).toBe(0);
    expect(JSON.parse(output).verification).toMatchObject({
      status: 'completed',
      channel: 'email',
    });
  });

  it.each<[string, () => Variables, RegExp]>([
    [
      'a number that is refused',
      () => ({ VERIFY_NUMBER: '+493012345678' }),
      /^HTTP 422 phone_number_ref/,
    ],
    [
      'a number that is not E.164',
      () => ({ VERIFY_NUMBER: '0151' }),
      /^HTTP 400 request_invalid: /,
    ],
    ['a quote in a variable', () => ({ VERIFY_NUMBER: '"' }), /must not hold quotes/],
    [
      'a carrier that refuses',
      () => ({ VERIFY_NUMBER: phoneNumber('7') }),
      /has ended: user_rejected/,
    ],
    [
      'no backend',
      () => ({ SILENT_AUTH_API: 'http://127.0.0.1:9' }),
      /Nothing answers at .* 'npm start'/,
    ],
    [
      'somebody else’s server',
      () => ({ SILENT_AUTH_API: `${vonage}/x` }),
      /not an answer of the backend/,
    ],
  ])('say what is wrong with %s', async (_, variables, sentence) => {
    const { code, output, errors } = await both(variables());
    expect(errors).toMatch(new RegExp(sentence, 'm'));
    expect({ code, output }).toEqual({ code: 1, output: '' });
  });

  it('ask for the variables that are missing', async () => {
    const ended = await run(shell, ['docs/examples/check-verification-code.sh'], {});
    expect(ended).toMatchObject({ code: 1, output: '' });
    expect(ended.errors).toMatch(/^VERIFY_REQUEST_ID is not set/);
  });
});

describe('verify.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-example-'));
  const script = join(folder, 'verify.mjs');

  beforeAll(async () => {
    const installed = join(folder, 'node_modules/silent-auth-client');
    mkdirSync(installed, { recursive: true });
    await buildClient(installed);
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    copyFileSync('docs/examples/verify.mjs', script);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('verifies a number', async () => {
    const { code, output, errors } = await run(process.execPath, [script], {
      VERIFY_NUMBER: phoneNumber('8'),
    });
    expect(errors).toMatch(/Hop 1: .* answers 302\n/);
    expect(JSON.parse(output)).toMatchObject({ status: 'completed', channel: 'silent_auth' });
    expect(code).toBe(0);
  });

  it('asks for the code of an e-mail', async () => {
    const to = mailbox();
    const env = {
      ...process.env,
      SILENT_AUTH_API: api,
      VERIFY_NUMBER: phoneNumber('99'),
      VERIFY_TO_EMAIL: to,
    };
    const child = spawn(process.execPath, [script], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const output = text(child.stdout);
    child.stdout.on('data', async (shown: Buffer) => {
      if (/tries\): $/.test(String(shown))) child.stdin.write(`${await inboxCode(to)}\n`);
    });
    expect(await output).toMatch(/"status": "completed",\s*"channel": "email"/);
    child.stdin.end();
  });

  it('says what is wrong', async () => {
    const refused = await run(process.execPath, [script], { VERIFY_NUMBER: '+493012345678' });
    expect(refused.errors).toMatch(/^phone_number_refused: /);
    const alone = await run(process.execPath, [script], { SILENT_AUTH_API: 'http://127.0.0.1:9' });
    expect(alone.errors).toMatch(/^network_error: no answer came/);
    expect([refused.code, alone.code]).toEqual([1, 1]);
  });
});
