/** Clients that know nothing but the published contract complete the stories. */

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { mailbox, phoneNumber } from '../fixtures/app.ts';
import { member } from '../fixtures/json.ts';
import { inboxCode } from '../fixtures/local-services.ts';
import { generateClient } from './generated-client.ts';

const endpoints = inject('endpoints');
const { api, vonage } = endpoints;

describe('a client generated from /openapi.json', () => {
  it('falls back to an e-mail code, proves the mailbox and cancels', async () => {
    const document = await (await fetch(`${api}/openapi.json`)).json();
    const operations = generateClient(document);
    const ask = async (name: string, body?: unknown, clientToken?: string) => {
      const answer = await operations[name]?.(
        body,
        clientToken ? { client_token: clientToken } : {},
      );
      expect(answer?.status, name).toBe(name === 'start' ? 202 : 200);
      return answer?.body;
    };
    const email = mailbox();
    const wish = { phone_number: phoneNumber('6'), email, channels: ['silent_auth', 'email'] };
    const started = await ask('start', wish);
    const token = String(member(started, 'client_token'));
    await ask('nextWorkflow', { from: 'silent_auth', error: 'sdk_no_data_connectivity' }, token);
    const now = await ask('status', undefined, token);
    expect(member(now, 'verification', 'action', 'type')).toBe('submit_code');
    const code = await inboxCode(endpoints, email);
    const request_id = member(started, 'request_id');
    const checked = await ask('checkCode', { request_id, code }, token);
    const completed = { status: 'completed', channel: 'email' };
    expect(member(checked, 'verification')).toMatchObject(completed);
    await ask('proof', { email }, token);
    await ask('jwks');
    const other = String(member(await ask('start', wish), 'client_token'));
    const cancelled = await ask('cancel', undefined, other);
    expect(member(cancelled, 'verification', 'status')).toBe('cancelled');
  });
});

it('/asyncapi.json names the WebSocket of this deployment', async () => {
  const { servers } = await (await fetch(`${api}/asyncapi.json`)).json();
  expect(servers.push.host).toBe(new URL(endpoints.websocket).host);
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('a client written by hand in Python', () => {
  it.each([
    ['silent_auth', 'completes silently', '8'],
    ['email', 'falls back to a code when the carrier refuses', '99'],
  ])('is pushed how %s %s', async (channel, _what, ending) => {
    const args = ['test/fixtures/client.py', api, vonage, phoneNumber(ending), mailbox()];
    const { stdout } = await promisify(execFile)('python3', args);
    const verified = { phone_number: channel === 'silent_auth', email: channel === 'email' };
    const end = { status: 'completed', channel, verified };
    expect(JSON.parse(stdout)).toMatchObject({ pushed: end, status: end });
  });
});
