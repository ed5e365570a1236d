import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../../../infra/local/vonage/fault-rules.ts';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import { createApplicationJwt } from '../../../../../shared/adapters/vonage/application-jwt.ts';
import { createVonage } from '../../../../../shared/adapters/vonage/client.ts';
import { createHttp } from '../../../../../shared/adapters/vonage/http.ts';
import { parseWebhook } from '../../../../../shared/adapters/vonage/webhook-body.ts';
import { createWebhookVerifier } from '../../../../../shared/adapters/vonage/webhook-signature.ts';
import type { ChannelSettings } from '../../../../../shared/config.ts';
import type { RequestedChannel, Vonage } from '../../../../../shared/domain/ports/vonage.ts';
import {
  API_KEY,
  APPLICATION_ID,
  createHarness,
  expectCallbacks,
  expectStartRequest,
  type Harness,
  openCheckUrl,
  PRIVATE_KEY,
  SIGNATURE_SECRET,
} from './harness.ts';

const clock = { now: Date.now };
const budget = { lastCallAtMs: Number.MAX_SAFE_INTEGER };
const secrets = {
  get: async () => ({
    application_id: APPLICATION_ID,
    private_key: PRIVATE_KEY,
    api_key: API_KEY,
    signature_secret: SIGNATURE_SECRET,
  }),
  refresh: () => secrets.get(),
};
const CHANNELS: readonly ChannelSettings[] = [
  { channel: 'silent_auth' },
  { channel: 'sms', from: 'Acme', appHash: 'abcdefghijk', reuseCode: true },
  { channel: 'voice', reuseCode: true },
  { channel: 'email', from: 'acme@example.org' },
  { channel: 'whatsapp', from: '447700900900', mode: 'otp_code' },
  { channel: 'rcs', from: 'Acme' },
];
const LIMIT = { count: 1, windowSeconds: 60 };

let simulator: Harness;
let client: Vonage;
let last = 0;
beforeAll(async () => {
  simulator = await createHarness();
  client = createVonage({
    baseUrl: simulator.url,
    jwt: createApplicationJwt({ secrets, secretId: 'key', clock, random: { nonce: randomUUID } }),
    http: createHttp({ agent: createAgents(), timeoutMs: 1_000 }),
    clock,
    telemetry: { measure: () => {} },
    checkUrlHosts: [simulator.url],
    settings: {
      brand: 'Acme',
      locale: 'en-GB',
      workflow: CHANNELS,
      channelTimeoutSeconds: 120,
      codeLength: 6,
      coverageCheck: false,
      afterUserRejected: 'continue',
      redirectUrl: 'https://app.example/sa',
      countries: ['GB'],
      playground: false,
      limits: { address: LIMIT, subject: LIMIT, phoneNumber: LIMIT, email: LIMIT, prefix: LIMIT },
    },
  });
});
afterAll(async () => {
  const calls: unknown = await simulator.look('/_local/calls?operation=start');
  for (const { body, claims } of Array.isArray(calls) ? calls : []) {
    expectStartRequest(body);
    expect(Object.keys(claims).sort()).toEqual(['application_id', 'exp', 'iat', 'jti']);
  }
  expectCallbacks(simulator.statusUrl);
  await simulator[Symbol.asyncDispose]();
});

function start(
  channels: readonly RequestedChannel['channel'][],
  result: 'json' | 'redirect' = 'json',
): ReturnType<Vonage['verify']> {
  const to = number();
  const workflow = channels.map((channel) => ({
    channel,
    to: channel === 'email' ? `c${to.slice(1)}@example.org` : to,
  }));
  const clientRef = randomUUID().replaceAll('-', '');
  return client.verify({ workflow, clientRef, result }, budget);
}

describe('our Vonage client against the simulator', () => {
  it.each([
    [['silent_auth', 'sms', 'voice']],
    [['sms', 'voice', 'email']],
    [['whatsapp', 'rcs', 'email']],
  ] as const)('sends a body for %s that Vonage takes', async (channels) => {
    expect(await start(channels, 'redirect')).toMatchObject({ outcome: 'created' });
  });

  it('completes, goes on, is refused, cancels too early', async () => {
    const created = await start(['silent_auth', 'email']);
    if (created.outcome !== 'created') throw new Error(created.outcome);
    const { requestId, checkUrl = '' } = created;
    expect(await client.check(requestId, 'Ab3xK9', budget)).toBe('not_expected');
    await client.cancel(requestId, budget);
    const { answered } = await openCheckUrl(checkUrl);
    expect(await client.check(requestId, String(answered.json.code), budget)).toBe('accepted');
    expect(await client.check(requestId, '123456', budget)).toBe('not_found');
    const second = await start(['silent_auth', 'sms']);
    if (second.outcome !== 'created') throw new Error(second.outcome);
    expect(await client.next(second.requestId, budget)).toBe('moved');
    expect(await client.next(second.requestId, budget)).toBe('none_left');
    const tries = [];
    for (let n = 0; n < 3; n += 1) {
      tries.push(await client.check(second.requestId, 'wrong1', budget));
    }
    expect(tries).toEqual(['rejected', 'rejected', 'exhausted']);
  });

  it.each([
    ['network_unsupported', 'network_unsupported'],
    ['invalid_params', 'number_refused'],
    ['invalid_params_object', 'number_refused'],
    ['concurrent', 'in_flight'],
    ['unauthorized', 'unavailable'],
    ['low_balance', 'unavailable'],
    ['throttled', 'unavailable'],
    ['internal_error', 'unknown'],
    ['timeout', 'unknown'],
    ['truncated', 'unknown'],
    ['reset', 'unknown'],
    ['not_json', 'unknown'],
    ['empty', 'unknown'],
    ['extra_members', 'created'],
  ] as const)('reads %s as %s', async (kind, outcome) => {
    const rule: FaultRule = { to: nextNumber(), answer: { operation: 'start', kind } };
    await simulator.faults(rule);
    expect(await start(['silent_auth', 'email'])).toMatchObject({ outcome });
  });

  it('leaves out a check_url on a foreign host', async () => {
    const request = { check_url: 'https://evil.example/{request_id}' };
    await simulator.faults({ to: nextNumber(), request });
    const answer = await start(['silent_auth']);
    expect(answer).toEqual({ outcome: 'created', requestId: expect.any(String) });
  });

  it('accepts the webhooks, and understands each', async () => {
    const verifier = createWebhookVerifier({ secrets, secretId: 'signature', clock });
    const created = await start(['silent_auth']);
    if (created.outcome !== 'created') throw new Error(created.outcome);
    await client.check(created.requestId, String(await codeOf(created.checkUrl)), budget);
    const member = { request_id: created.requestId };
    await simulator.statusUrl.wait(member, 3);
    const about = simulator.statusUrl.received.filter(
      ({ body }) => body.request_id === created.requestId,
    );
    for (const { headers, text } of about) {
      const raw = Buffer.from(text);
      await verifier.verify(headers.authorization, raw);
      expect(parseWebhook(raw, Date.now(), [simulator.url])).not.toBe('unintelligible');
    }
  });
});

async function codeOf(checkUrl = ''): Promise<unknown> {
  return (await openCheckUrl(checkUrl)).answered.json.code;
}

function number(): string {
  last += 2;
  return toNumber(last);
}

/** The one that the next start will use. */
function nextNumber(): string {
  return toNumber(last + 2);
}

function toNumber(index: number): string {
  return `+4477008${String(index).padStart(5, '0')}`;
}
