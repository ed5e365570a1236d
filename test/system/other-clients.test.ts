/** Clients that know nothing but the published contract complete the stories. */

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { mailbox, openCheckUrl, phoneNumber } from '../fixtures/app.ts';
import { generateClient, type Operation } from '../fixtures/generated-client.ts';
import { member } from '../fixtures/json.ts';
import { inboxCode } from '../fixtures/local-services.ts';
import { until } from '../fixtures/until.ts';

const endpoints = inject('endpoints');
const { api, vonage } = endpoints;

async function generated(): Promise<(name: string) => Operation> {
  const response = await fetch(`${api}/openapi.json`);
  const client = generateClient(await response.json());
  return (name) => {
    const operation = client[name];
    if (!operation) throw new Error(`the contract has no operation ${name}`);
    return operation;
  };
}

describe('a client generated from /openapi.json', () => {
  const started = async (wish: unknown) => {
    const operation = await generated();
    const { status, body } = await operation('start')(wish);
    expect(status).toBe(202);
    const credentials = { client_token: String(member(body, 'client_token')) };
    const becomes = (isWanted: (verification: unknown) => boolean): Promise<unknown> =>
      until(async () => {
        const answer = await operation('status')(undefined, credentials);
        const verification = member(answer.body, 'verification');
        return isWanted(verification) ? verification : undefined;
      });
    return { operation, credentials, becomes, requestId: member(body, 'request_id') };
  };

  it('completes silently', async () => {
    const { operation, credentials, becomes } = await started({ phone_number: phoneNumber('6') });
    const pending = await becomes((now) => member(now, 'action', 'type') === 'open_check_url');
    const carrier = await openCheckUrl(String(member(pending, 'action', 'check_url')));
    const checked = await operation('checkCode')(carrier.body, credentials);
    expect(checked.status).toBe(200);
    expect(member(checked.body, 'verification', 'status')).toBe('completed');
    const proof = await operation('proof')({}, credentials);
    expect(proof.status).toBe(200);
    expect((await operation('jwks')()).status).toBe(200);
  });

  it('falls back to an e-mail code', async () => {
    const email = mailbox();
    const { operation, credentials, becomes, requestId } = await started({
      phone_number: phoneNumber('6'),
      email,
      channels: ['silent_auth', 'email'],
    });
    const leave = { from: 'silent_auth', error: 'sdk_no_data_connectivity' };
    await operation('nextWorkflow')(leave, credentials);
    await becomes((now) => member(now, 'action', 'type') === 'submit_code');
    const code = await inboxCode(endpoints, email);
    const checked = await operation('checkCode')({ request_id: requestId, code }, credentials);
    expect(member(checked.body, 'verification')).toMatchObject({
      status: 'completed',
      channel: 'email',
    });
  });

  it('cancels', async () => {
    const { operation, credentials } = await started({ phone_number: phoneNumber('6') });
    const { body } = await operation('cancel')(undefined, credentials);
    expect(member(body, 'verification', 'status')).toBe('cancelled');
  });
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('a client written by hand in Python', () => {
  const play = async (ending: string): Promise<unknown> => {
    const args = ['test/fixtures/client.py', api, vonage, phoneNumber(ending), mailbox()];
    const { stdout } = await promisify(execFile)('python3', args);
    return JSON.parse(stdout);
  };

  it('completes silently, pushed step by step', async () => {
    const seen = await play('8');
    const completed = { status: 'completed', channel: 'silent_auth' };
    expect(seen).toMatchObject({ pushed: completed, status: completed });
  });

  it('falls back to an e-mail code when the carrier refuses', async () => {
    const seen = await play('99');
    expect(member(seen, 'pushed')).toMatchObject({
      status: 'completed',
      channel: 'email',
      verified: { phone_number: false, email: true },
    });
  });
});
