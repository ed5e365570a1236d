import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../fixtures/command.ts';
import { makeTemporaryFolder } from '../../fixtures/fixture-assembly.ts';
import {
  API_KEY,
  APPLICATION_ID,
  createClient,
  createStatusUrl,
  openCheckUrl,
  PUBLIC_KEY,
  SIGNATURE_SECRET,
  type StatusUrl,
  started,
} from '../../fixtures/vonage-harness.ts';

const MAIN = 'infra/local/vonage/main.ts';

let stateFile: string;
let statusUrl: StatusUrl;
beforeEach(async () => {
  stateFile = join(makeTemporaryFolder(), 'vonage.jsonl');
  statusUrl = await createStatusUrl();
});
afterEach(() => statusUrl[Symbol.asyncDispose]());

describe('node infra/local/vonage/main.ts', () => {
  it('loses nothing that was acknowledged when it is killed', async () => {
    statusUrl.answerWith(() => 503);
    const first = await run();
    const vonage = createClient(first.url);
    const silent = await started(vonage.start([{ channel: 'silent_auth', to: '447700900000' }]));
    const trip = await openCheckUrl(silent.checkUrl);
    const pin = await started(vonage.start([{ channel: 'sms', to: '447700900002' }]));
    const code = await vonage.code('447700900002');
    expect((await vonage.check(pin.requestId, code.replace(/^./, 'x'))).status).toBe(400);
    await vonage.faults({ id: 'kept', to: '1', request: {} });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    statusUrl.answerWith(() => 204);
    statusUrl.forget(silent.requestId);
    const again = createClient((await run()).url);
    await statusUrl.wait({ request_id: silent.requestId, status: 'action_pending' });
    expect(await again.look('/faults')).toMatchObject({ rules: [{ id: 'kept' }] });
    expect(await again.code('447700900002')).toBe(code);
    expect((await again.start([{ channel: 'sms', to: '447700900002' }])).status).toBe(409);
    expect(await again.look(`/_local/requests/${pin.requestId}`)).toMatchObject({
      workflow: [{ wrong_codes: 1 }],
    });
    expect((await again.check(pin.requestId, code)).status).toBe(200);
    const silentCode = String(trip.answered.json.code);
    expect((await again.check(silent.requestId, silentCode)).status).toBe(200);
    await statusUrl.wait({ request_id: silent.requestId, type: 'summary' });
    await statusUrl.wait({ request_id: pin.requestId, type: 'summary' });
  });

  it('ends steps that ran out while it was down', async () => {
    const first = await run('0.02');
    const vonage = createClient(first.url);
    const { requestId } = await started(
      vonage.start([{ channel: 'silent_auth', to: '447700900004' }]),
    );
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await run('0.02');
    await statusUrl.wait({ request_id: requestId, type: 'event', status: 'expired' });
    await statusUrl.wait({ request_id: requestId, type: 'summary', status: 'expired' });
  });

  it.each([
    ['SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
    ['the end of its parent', (child: ChildProcess) => child.disconnect()],
  ])('exits on %s', async (_name, end) => {
    const { child } = await run();
    const exit = once(child, 'exit');
    end(child);
    expect(await exit).toEqual([0, null]);
  });

  it('says in one line what it lacks', async () => {
    const { code, stderr } = await runProgram(process.execPath, [MAIN]);
    expect([code, stderr]).toEqual([1, 'the Vonage simulator needs APPLICATION_ID\n']);
  });
});

async function run(scale = '1'): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(MAIN, {
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      WEBHOOK_URL: statusUrl.url,
      APPLICATION_ID,
      APPLICATION_PUBLIC_KEY: PUBLIC_KEY,
      API_KEY,
      SIGNATURE_SECRET,
      VONAGE_TIME_SCALE: scale,
      STATE_FILE: stateFile,
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [message]: { ready: boolean; url: string }[] = await once(child, 'message');
  expect(message?.ready).toBe(true);
  return { child, url: message?.url ?? '' };
}
