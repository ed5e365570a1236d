/** `npm run dev` over a copy of the project: changes of the code, and a debugger. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Endpoints } from '../../infra/local/endpoints.ts';
import { call, phoneNumber, startApp } from '../fixtures/app.ts';
import { copyProject, type ProjectCopy } from '../fixtures/project-copy.ts';
import { until } from '../fixtures/until.ts';

const USE_CASE = 'shared/usecases/cancel-verification.ts';
const FREE_PORTS = { API_PORT: '0', WEBSOCKET_PORT: '0', VONAGE_PORT: '0', AWS_PORT: '0' };

let copy: ProjectCopy;
let child: ChildProcess;
let output = '';

beforeAll(async () => {
  copy = copyProject();
  child = spawn(process.execPath, ['infra/local/dev/run.ts'], {
    cwd: copy.folder,
    env: { ...process.env, ...FREE_PORTS, INSPECT: 'status:0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  await said(/Ctrl-C ends it/);
});

afterAll(async () => {
  const ended = new Promise((done) => child.once('close', done));
  child.kill('SIGTERM');
  await ended;
  copy.remove();
});

/** @param after how much of the output is older */
function said(what: RegExp, after = 0): Promise<RegExpExecArray> {
  return until(() => what.exec(output.slice(after)) ?? undefined);
}

function endpoints(): Endpoints {
  return JSON.parse(readFileSync(join(copy.folder, '.local/endpoints.json'), 'utf8'));
}

async function cancelled(): Promise<number> {
  const app = await startApp(endpoints().api, { phone_number: phoneNumber('8') });
  return (await app.post('/cancel')).status;
}

describe('npm run dev', () => {
  it('waits for a debugger in the function that INSPECT names, and pauses for it', async () => {
    const [, address = ''] = await said(/\[status\] Debugger listening on (ws:\S+)/);
    const asked = call(endpoints().api, 'GET', '/status');
    const socket = new WebSocket(address);
    const paused = new Promise<void>((done) => {
      socket.on('message', (data) => {
        if (JSON.parse(data.toString()).method === 'Debugger.paused') done();
      });
    });
    await new Promise((done) => socket.once('open', done));
    const steps = ['Debugger.enable', 'Debugger.pause', 'Runtime.runIfWaitingForDebugger'];
    for (const [id, method] of steps.entries()) socket.send(JSON.stringify({ id, method }));
    await paused;
    socket.send(JSON.stringify({ id: steps.length, method: 'Debugger.resume' }));
    expect((await asked).status).toBe(401);
    socket.close();
  });

  it('replaces the functions that a change concerns; their stack traces name the sources', async () => {
    expect(await cancelled()).toBe(200);
    const planted = "  throw new Error('planted');";
    const line = copy.insert(USE_CASE, '): Promise<Verification> {', planted);
    await said(new RegExp(`^${USE_CASE}: cancel replaced \\([\\d.]+ s\\)$`, 'm'));
    expect(await cancelled()).toBe(500);
    await said(new RegExp(`at cancelVerification \\(\\S*/${USE_CASE}:${line}:\\d+\\)`));
  });

  it('keeps the running code when the new one has a mistake, and says where', async () => {
    const before = output.length;
    copy.insert(USE_CASE, "  throw new Error('planted');", '  const = 1;');
    await said(new RegExp(`${USE_CASE}:\\d+:\\d+`), before);
    await said(new RegExp(`^${USE_CASE}: the previous code still runs$`, 'm'));
    expect(await cancelled()).toBe(500);
    const broken = output.length;
    copy.undo(USE_CASE);
    await said(new RegExp(`^${USE_CASE}: cancel replaced`, 'm'), broken);
    expect(await cancelled()).toBe(200);
  });

  it('synthesizes again when the infrastructure changed, and keeps the data', async () => {
    const { application_id: before } = endpoints();
    const file = 'infra/aws/constructs/lambda-function.ts';
    copy.insert(file, "handler: 'index.handler',", '// changed');
    await said(/^infra\/aws\/\S+: synthesized, the stack started again \([\d.]+ s\)$/m);
    expect(endpoints().application_id).toBe(before);
    expect(await cancelled()).toBe(200);
  });
});
