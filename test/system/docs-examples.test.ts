/**
 * The scripts that match Vonage's guide, as their reader runs them. Their stack keeps Vonage's real
 * times, because on a busy machine a shell that starts curl for each step is too slow for the shared
 * stack.
 */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../shared/client/build.ts';
import { call, mailbox, phoneNumber } from '../fixtures/app.ts';
import { type Ended, runProgram } from '../fixtures/command.ts';
import { inboxCode } from '../fixtures/local-services.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { verify } from '../fixtures/traffic.ts';
import { until } from '../fixtures/until.ts';

let stack: OwnStack;
let api: string;
let vonage: string;

beforeAll(async () => {
  stack = await startOwnStack({ timeScale: 10 });
  ({ api, vonage } = stack.endpoints);
  // The time limits of curl are too short for functions that a busy machine has to start first.
  await verify(stack.endpoints);
  for (const path of ['/next-workflow', '/check-code']) await call(api, 'POST', path);
  await call(api, 'GET', '/status');
});
afterAll(() => stack?.close());

/** Those of this machine, each once: `sh` is usually another name of one of them. */
const SHELLS = new Map(
  ['sh', 'bash', 'dash'].flatMap((shell) => {
    const look = ['-c', `command -v curl >&2 && command -v ${shell}`];
    const { status, stdout } = spawnSync(shell, look, { encoding: 'utf8' });
    return status === 0 ? [[realpathSync(stdout.trim()), shell] as const] : [];
  }),
);

type Variables = Readonly<Record<string, string>>;

const run = (file: string, args: readonly string[], variables: Variables = {}): Promise<Ended> =>
  runProgram(file, args, { SILENT_AUTH_API: api, ...variables });

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const number = (VERIFY_NUMBER: string): Variables => ({ VERIFY_NUMBER });
const REQUEST = 'docs/examples/request.sh';
const CHECK = 'docs/examples/check-verification-code.sh';

describe.each([...SHELLS.values()])('request.sh and check-verification-code.sh in %s', (shell) => {
  const both = (variables: Variables): Promise<Ended> =>
    run(shell, ['-c', `eval "$(${shell} ${REQUEST})" && ${shell} ${CHECK}`], variables);

  it('verify a number', async () => {
    const { code, stdout, stderr } = await both({ VERIFY_NUMBER: phoneNumber('8') });
    expect(stderr).toMatch(/Started: request_id [-0-9a-f]{36}\nHop 1: [\s\S]* answers 200\n/);
    expect(JSON.parse(stdout).verification).toMatchObject({
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true },
    });
    expect(code).toBe(0);
  });

  it('fall back to a code by e-mail', async () => {
    const to = mailbox();
    const variables = { VERIFY_NUMBER: phoneNumber('99'), VERIFY_TO_EMAIL: to };
    const started = await run(shell, [REQUEST], variables);
    expect(started.stderr).toContain(`A code is on its way to ${to}.`);
    const printed = (name: string): string =>
      new RegExp(`${name}='(.*)'`).exec(started.stdout)?.[1] ?? '';
    const check = (VERIFY_CODE: string): Promise<Ended> =>
      run(shell, [CHECK], {
        CLIENT_TOKEN: printed('CLIENT_TOKEN'),
        VERIFY_REQUEST_ID: printed('VERIFY_REQUEST_ID'),
        VERIFY_CODE,
      });
    const wrong = await check('0000');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/^HTTP 400 code_invalid: /);
    const { code, stdout } = await check(await inboxCode(stack.endpoints, to));
    expect(code).toBe(0);
    const { verification } = JSON.parse(stdout);
    expect(verification).toMatchObject({ status: 'completed', channel: 'email' });
  });

  it.each<[what: string, variables: () => Variables, sentence: RegExp]>([
    ['a refused number', () => number('+493012345678'), /^HTTP 422 phone_number_refused/m],
    ['a number that is not E.164', () => number('0151'), /^HTTP 400 request_invalid: /m],
    ['a quote in a variable', () => number('"'), /must not hold quotes/],
    ['a carrier that refuses', () => number(phoneNumber('7')), /has ended: user_rejected/],
    ['no backend', () => ({ SILENT_AUTH_API: NOWHERE }), /Nothing answers at .* 'npm start'/],
    [
      'a foreign server',
      () => ({ SILENT_AUTH_API: `${vonage}/x` }),
      /not an answer of the backend/,
    ],
  ])('say what is wrong with %s', async (_, variables, sentence) => {
    const { code, stdout, stderr } = await both(variables());
    expect(stderr).toMatch(sentence);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('ask for the variables that are missing', async () => {
    const ended = await run(shell, [CHECK]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^VERIFY_REQUEST_ID is not set/);
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
    const { code, stdout, stderr } = await run(
      process.execPath,
      [script],
      number(phoneNumber('8')),
    );
    expect(stderr).toMatch(/Hop 1: .* answers 302\n/);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', channel: 'silent_auth' });
    expect(code).toBe(0);
  });

  it('asks for the code of an e-mail', async () => {
    const to = mailbox();
    const variables = { VERIFY_NUMBER: phoneNumber('99'), VERIFY_TO_EMAIL: to };
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, SILENT_AUTH_API: api, ...variables },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      shown += String(chunk);
    });
    const ended = once(child, 'close');
    await until(() => /tries\): $/.test(shown) || undefined);
    child.stdin.end(`${await inboxCode(stack.endpoints, to)}\n`);
    await ended;
    expect(shown).toMatch(/"status": "completed",\s*"channel": "email"/);
  });

  it('says what is wrong', async () => {
    const refused = await run(process.execPath, [script], number('+493012345678'));
    expect(refused.stderr).toMatch(/^phone_number_refused: /);
    const alone = await run(process.execPath, [script], { SILENT_AUTH_API: NOWHERE });
    expect(alone.stderr).toMatch(/^network_error: no answer came/);
    expect([refused.code, alone.code]).toEqual([1, 1]);
  });
});
