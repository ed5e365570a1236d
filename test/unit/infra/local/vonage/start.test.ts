import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API_KEY,
  API_SECRET,
  createHarness,
  expectCallbacks,
  expectContract,
  expectStartRequest,
  type Harness,
  openCheckUrl,
  send,
  started,
} from './harness.ts';

let vonage: Harness;
beforeAll(async () => {
  vonage = await createHarness();
});
afterAll(() => vonage[Symbol.asyncDispose]());

const silentAuth = (to: string, members: object = {}): object => ({
  channel: 'silent_auth',
  to,
  ...members,
});

describe('POST /v2/verify', () => {
  it('answers 202 with a check_url that the webhook repeats', async () => {
    const { requestId, checkUrl } = await started(vonage.start([silentAuth('447700900000')]));
    expect(checkUrl).toBe(`${vonage.url}/v2/verify/${requestId}/silent-auth/redirect`);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ status: 'action_pending', channel: 'silent_auth' });
    expect(body.action).toEqual({ type: 'check', check_url: checkUrl });
  });

  it('takes every documented member of every channel, with and without a slash', async () => {
    const to = '447700900002';
    const body = {
      brand: 'Acme',
      locale: 'pt-br',
      channel_timeout: 120,
      client_ref: '9f2c1b7a4e5d4c0fa1b2c3d4e5f60718',
      code_length: 6,
      template_id: '4ed3027d-8762-44a0-aa3f-c393717413a4',
      fraud_check: false,
      workflow: [
        silentAuth(to, {
          redirect_url: 'https://app.example/sa',
          coverage_check: false,
          mode: 'standard',
        }),
        {
          channel: 'sms',
          to,
          from: 'Acme',
          app_hash: 'abcdefghijk',
          entity_id: '1',
          content_id: '2',
          reuse_code: true,
        },
        { channel: 'voice', to, reuse_code: true },
      ],
    };
    expectStartRequest(body);
    const { requestId } = await started(vonage.start(body.workflow, body));
    expect(await vonage.look(`/_local/requests/${requestId}`)).toMatchObject({
      client_ref: body.client_ref,
      channel_timeout: 120,
      code_length: 6,
      template_id: body.template_id,
    });
    const others = [
      { channel: 'whatsapp', to: '447700900004', from: '447700900900', mode: 'zero_tap' },
      { channel: 'rcs', to: '447700900004', from: 'Acme' },
      { channel: 'email', to: 'jo@example.org', from: 'acme@example.org' },
    ];
    expectStartRequest({ brand: 'Acme', workflow: others });
    const slashed = await send(`${vonage.url}/v2/verify/`, 'POST', basic(), {
      brand: 'Acme',
      workflow: others,
    });
    expect(slashed.status).toBe(202);
    expect(slashed.json.check_url).toBeUndefined();
  });

  it('accepts a number with and without +', async () => {
    await started(vonage.start([silentAuth('+447700900006')]));
    const again = await vonage.start([silentAuth('447700900006')]);
    expect(again.status).toBe(409);
  });

  it('answers 409 with the request_id of the verification in flight', async () => {
    const { requestId } = await started(vonage.start([silentAuth('447700900008')]));
    const { status, json } = await vonage.start([{ channel: 'sms', to: '447700900008' }]);
    expect([status, json.request_id]).toEqual([409, requestId]);
    expect(json.type).toMatch(/#concurrent$/);
    await vonage.faults({ to: '447700900008', request: { conflict_request_id: false } });
    const silent = await vonage.start([{ channel: 'sms', to: '447700900008' }]);
    expect(silent.json.request_id).toBeUndefined();
    await vonage.faults({ to: '447700900008', request: { lock: 'none' } });
    await started(vonage.start([{ channel: 'sms', to: '447700900008' }]));
  });

  it.each<[string, object, string, string]>([
    ['no brand', { brand: undefined }, 'brand', 'Brand is required'],
    ['a long brand', { brand: 'x'.repeat(19) }, 'brand', 'Brand is invalid'],
    ['a brand with a slash', { brand: 'A/B' }, 'brand', 'Brand is invalid'],
    ['no workflow', { workflow: undefined }, 'workflow', 'Workflow is required'],
    ['an empty workflow', { workflow: [] }, 'workflow', 'between 1 and 3'],
    ['four channels', { workflow: Array(4).fill(silentAuth('1')) }, 'workflow', 'between 1 and 3'],
    ['a short timeout', { channel_timeout: 14 }, 'channel_timeout', 'between 15 and 900'],
    ['a long timeout', { channel_timeout: 901 }, 'channel_timeout', 'between 15 and 900'],
    ['a short code', { code_length: 3 }, 'code_length', 'between 4 and 10'],
    ['a client_ref with dashes', { client_ref: 'a-b' }, 'client_ref', 'invalid'],
    ['an upper-case locale', { locale: 'en-US' }, 'locale', 'invalid'],
    ['an own code of 3', { code: '123' }, 'code', 'invalid'],
  ])('answers 422 for %s', async (_name, members, name, reason) => {
    const { status, json } = await vonage.start([silentAuth('447700900010')], members);
    expect(status).toBe(422);
    expect(json.invalid_parameters).toContainEqual({
      name,
      reason: expect.stringContaining(reason),
    });
  });

  it.each<[string, readonly object[], string, string]>([
    ['a bad number', [silentAuth('44')], 'workflow[0]', '`to` Phone number is invalid'],
    ['00 in front', [silentAuth('00447700900010')], 'workflow[0]', '`to` Phone number'],
    ['a bad e-mail', [{ channel: 'email', to: 'jo' }], 'workflow[0]', '`to` Email is invalid'],
    [
      'the retired sandbox',
      [silentAuth('447700900010', { sandbox: true })],
      'workflow[0]',
      'sandbox',
    ],
    ['an unknown mode', [silentAuth('447700900010', { mode: 'x' })], 'workflow[0]', 'mode'],
    ['whatsapp without from', [{ channel: 'whatsapp', to: '447700900010' }], 'workflow[0]', 'from'],
    ['rcs without from', [{ channel: 'rcs', to: '447700900010' }], 'workflow[0]', 'from'],
    [
      'a long sender',
      [{ channel: 'sms', to: '447700900010', from: 'TwelveLetter' }],
      'workflow[0]',
      'from',
    ],
    [
      'a removed channel',
      [{ channel: 'whatsapp_interactive', to: '447700900010' }],
      'workflow[0]',
      'channel',
    ],
    [
      'silent_auth in second place',
      [{ channel: 'sms', to: '447700900010' }, silentAuth('447700900010')],
      'workflow',
      'first',
    ],
    [
      'a playground number by sms',
      [{ channel: 'sms', to: '990123456' }],
      'workflow[0]',
      '`to` Phone',
    ],
  ])('answers 422 for %s', async (_name, workflow, name, reason) => {
    const { status, json } = await vonage.start(workflow);
    expect(status).toBe(422);
    expect(json.invalid_parameters).toContainEqual({
      name,
      reason: expect.stringContaining(reason),
    });
  });

  it('takes a playground number with silent_auth alone', async () => {
    const both = [silentAuth('+990123456'), { channel: 'sms', to: '+990123456' }];
    const { status, json } = await vonage.start(both);
    expect(status).toBe(422);
    expect(json.invalid_parameters).toEqual([
      {
        name: 'workflow',
        reason: '`silent_auth` must be the only channel when virtual operator is used',
      },
      { name: 'workflow[1]', reason: '`to` Phone number is invalid' },
    ]);
    await started(vonage.start([silentAuth('+990123456')]));
  });

  it('answers 422 for what is not JSON', async () => {
    const headers = { ...basic(), 'content-type': 'text/plain' };
    const answered = await send(`${vonage.url}/v2/verify`, 'POST', headers, { brand: 'Acme' });
    expectContract('start', answered);
    expect(answered.status).toBe(422);
  });

  it('never reports what was started with Basic credentials', async () => {
    const body = { brand: 'Acme', workflow: [silentAuth('447700900012')] };
    const { json } = await send(`${vonage.url}/v2/verify`, 'POST', basic(), body);
    const { requestId } = await started(vonage.start([silentAuth('447700900014')]));
    await vonage.statusUrl.wait({ request_id: requestId });
    const ids = vonage.statusUrl.received.map((one) => one.body.request_id);
    expect(ids).not.toContain(json.request_id);
  });
});

describe('coverage', () => {
  const to = '447700900020';
  const email = { channel: 'email', to: 'coverage@example.org' };

  it('answers 412 when silent_auth is alone and its network unsupported', async () => {
    await vonage.faults({ to, request: { coverage: 'unsupported' } });
    const { status, json } = await vonage.start([silentAuth(to)]);
    expect([status, json.title]).toEqual([412, 'Network not supported']);
  });

  it('answers 202 without check_url and goes on to the next channel', async () => {
    await vonage.faults({ to, request: { coverage: 'unsupported' } });
    const { status, json } = await vonage.start([silentAuth(to), email]);
    expect([status, json.check_url]).toEqual([202, undefined]);
    const requestId = String(json.request_id);
    await vonage.statusUrl.wait({ request_id: requestId, status: 'failed', type: 'event' });
    expect((await vonage.check(requestId, await vonage.code(email.to))).status).toBe(200);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(body).toMatchObject({
      status: 'completed',
      workflow: [{ status: 'failed' }, { channel: 'email', status: 'completed' }],
    });
  });

  it('can leave out the failed event of the step that never was', async () => {
    await vonage.faults({ to, request: { coverage: 'unsupported', coverage_event: false } });
    const { requestId } = await started(vonage.start([silentAuth(to), email]));
    await vonage.check(requestId, await vonage.code(email.to));
    await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    const events = vonage.statusUrl.received.filter(
      ({ body }) => body.request_id === requestId && body.type === 'event',
    );
    expect(events).toEqual([]);
  });

  it('always gives a check_url with coverage_check false, and fails by webhook', async () => {
    await vonage.faults({ to, request: { coverage: 'unsupported' } });
    const unchecked = silentAuth(to, { coverage_check: false });
    const { requestId, checkUrl } = await started(vonage.start([unchecked]));
    await vonage.statusUrl.wait({ request_id: requestId, status: 'action_pending' });
    await vonage.statusUrl.wait({ request_id: requestId, status: 'failed', type: 'event' });
    await vonage.statusUrl.wait({ request_id: requestId, status: 'failed', type: 'summary' });
    const { answered } = await openCheckUrl(checkUrl);
    expect([answered.status, answered.json.type]).toEqual([
      412,
      expect.stringMatching(/#network-error$/),
    ]);
    expectCallbacks(vonage.statusUrl);
  });
});

function basic(): { authorization: string } {
  const credentials = Buffer.from(`${API_KEY}:${API_SECRET}`).toString('base64');
  return { authorization: `Basic ${credentials}` };
}
