/** Channels that operators switch off while the stack runs, without a deployment. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callAws } from '../../infra/local/aws/json-client.ts';
import { call, phoneNumber } from '../fixtures/app.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { until } from '../fixtures/until.ts';

const PARAMETER = '/silent-auth/dev/channels-off';
let stack: OwnStack;

beforeAll(async () => {
  stack = await startOwnStack();
});

afterAll(async () => {
  await stack?.close();
});

async function switchOff(channels: string): Promise<void> {
  const input = { Name: PARAMETER, Value: channels, Overwrite: true };
  const result = await callAws(stack.endpoints.secretsmanager, 'AmazonSSM.PutParameter', input);
  expect(result.type).toBe('done');
  // An instance asks once a minute; a new one asks at once.
  const old = stack.processes().start ?? [];
  for (const pid of old) process.kill(pid, 'SIGKILL');
  await until(() => (stack.processes().start?.some((pid) => old.includes(pid)) ? undefined : true));
}

const start = (channels: readonly string[]) =>
  call(stack.endpoints.api, 'POST', '/start', {
    body: { phone_number: phoneNumber('8'), email: 'jo@example.org', channels },
  });

describe('a channel that is switched off', () => {
  it('is left out of new starts, until it is switched on again', async () => {
    await switchOff('email,voice');
    const { status, body } = await start(['silent_auth', 'email', 'sms']);
    expect(status).toBe(202);
    const workflow = body.verification.workflow.map(({ channel }: { channel: string }) => channel);
    expect(workflow).toEqual(['silent_auth', 'sms']);
    await switchOff('none');
    expect((await start(['email'])).status).toBe(202);
  });

  it('stops a start of which nothing is left, and frees the number', async () => {
    await switchOff('sms');
    const { status, body } = await start(['sms']);
    expect(status).toBe(503);
    expect(body.code).toBe('provider_unavailable');
    await switchOff('none');
  });

  it('is named to start alone', () => {
    const template = readFileSync(
      join(stack.assemblyFolder, 'SilentAuth-dev.template.json'),
      'utf8',
    );
    expect(template.match(/"CHANNEL_SWITCH"/g)).toHaveLength(1);
  });
});
