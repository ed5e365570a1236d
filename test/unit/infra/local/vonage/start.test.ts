import { describe, expect, it } from 'vitest';
import {
  BASIC,
  expectContract,
  expectStartRequest,
  newNumber,
  send,
  started,
  useHarness,
} from '../../../../fixtures/vonage-harness.ts';

const vonage = await useHarness();

const silentAuth = (to: string, members: object = {}): object => ({
  channel: 'silent_auth',
  to,
  ...members,
});
const sms = (to: string): object => ({ channel: 'sms', to });

describe('POST /v2/verify', () => {
  it('answers 202 with a check_url that the webhook repeats', async () => {
    const { requestId, checkUrl } = await started(vonage.start([silentAuth(newNumber())]));
    expect(checkUrl).toBe(`${vonage.url}/v2/verify/${requestId}/silent-auth/redirect`);
    const { body } = await vonage.statusUrl.wait({ request_id: requestId });
    expect(body).toMatchObject({ status: 'action_pending', channel: 'silent_auth' });
    expect(body.action).toEqual({ type: 'check', check_url: checkUrl });
  });

  it('accepts every documented member of every channel, with and without a slash', async () => {
    const to = newNumber();
    const page = { redirect_url: 'https://app.example/sa', coverage_check: false };
    const text = { from: 'Acme', app_hash: 'abcdefghijk', entity_id: '1', content_id: '2' };
    const shown = {
      client_ref: '9f2c1b7a4e5d4c0fa1b2c3d4e5f60718',
      channel_timeout: 120,
      code_length: 6,
      template_id: '4ed3027d-8762-44a0-aa3f-c393717413a4',
    };
    const workflow = [
      silentAuth(to, { ...page, mode: 'standard' }),
      { ...sms(to), ...text, reuse_code: true },
      { channel: 'voice', to, reuse_code: true },
    ];
    const body = { brand: 'Acme', locale: 'pt-br', fraud_check: false, ...shown, workflow };
    expectStartRequest(body);
    const { requestId } = await started(vonage.start(workflow, body));
    expect(await vonage.look(`/_local/requests/${requestId}`)).toMatchObject(shown);
    const others = {
      brand: 'Acme',
      workflow: [
        { channel: 'whatsapp', to: newNumber(), from: '447700900900', mode: 'zero_tap' },
        { channel: 'rcs', to: newNumber(), from: 'Acme' },
        { channel: 'email', to: 'jo@example.org', from: 'acme@example.org' },
      ],
    };
    expectStartRequest(others);
    const slashed = await send(`${vonage.url}/v2/verify/`, 'POST', BASIC, others);
    expect([slashed.status, slashed.json.check_url]).toEqual([202, undefined]);
  });

  it('reads a number with + as the same number', async () => {
    const to = newNumber();
    await started(vonage.start([silentAuth(`+${to}`)]));
    expect((await vonage.start([silentAuth(to)])).status).toBe(409);
  });

  it('answers 409 with the request_id of the running verification, unless a fault says otherwise', async () => {
    const to = newNumber();
    const { requestId } = await started(vonage.start([silentAuth(to)]));
    const { status, json } = await vonage.start([sms(to)]);
    expect([status, json.request_id]).toEqual([409, requestId]);
    expect(json.type).toMatch(/#concurrent$/);
    await vonage.faults({ to, request: { conflict_request_id: false } });
    expect((await vonage.start([sms(to)])).json.request_id).toBeUndefined();
    await vonage.faults({ to, request: { lock: 'none' } });
    await started(vonage.start([sms(to)]));
  });

  const TO = newNumber();
  const only = (channel: string, members: object = {}): object => ({
    workflow: [{ channel, to: TO, ...members }],
  });
  it.each<[what: string, members: object, name: string, reason: string]>([
    ['no brand', { brand: undefined }, 'brand', 'Brand is required'],
    ['a long brand', { brand: 'x'.repeat(19) }, 'brand', 'Brand is invalid'],
    ['a brand with a slash', { brand: 'A/B' }, 'brand', 'Brand is invalid'],
    ['no workflow', { workflow: undefined }, 'workflow', 'Workflow is required'],
    ['an empty workflow', { workflow: [] }, 'workflow', 'between 1 and 3'],
    ['four channels', { workflow: Array(4).fill(sms('1')) }, 'workflow', 'between 1 and 3'],
    ['a short timeout', { channel_timeout: 14 }, 'channel_timeout', 'between 15 and 900'],
    ['a long timeout', { channel_timeout: 901 }, 'channel_timeout', 'between 15 and 900'],
    ['a short code', { code_length: 3 }, 'code_length', 'between 4 and 10'],
    ['a client_ref with dashes', { client_ref: 'a-b' }, 'client_ref', 'invalid'],
    ['an upper-case locale', { locale: 'en-US' }, 'locale', 'invalid'],
    ['a chosen code of 3 digits', { code: '123' }, 'code', 'invalid'],
    ['a bad number', only('silent_auth', { to: '44' }), 'workflow[0]', 'Phone number is invalid'],
    ['a number with 00', only('silent_auth', { to: `00${TO}` }), 'workflow[0]', 'Phone number'],
    ['a bad e-mail', only('email', { to: 'jo' }), 'workflow[0]', '`to` Email is invalid'],
    ['the retired sandbox', only('silent_auth', { sandbox: true }), 'workflow[0]', 'sandbox'],
    ['an unknown mode', only('silent_auth', { mode: 'x' }), 'workflow[0]', 'mode'],
    ['whatsapp without from', only('whatsapp'), 'workflow[0]', 'from'],
    ['rcs without from', only('rcs'), 'workflow[0]', 'from'],
    ['a long sender', only('sms', { from: 'TwelveLetter' }), 'workflow[0]', 'from'],
    ['a removed channel', only('whatsapp_interactive'), 'workflow[0]', 'channel'],
    ['silent_auth second', { workflow: [sms(TO), silentAuth(TO)] }, 'workflow', 'first'],
    ['a playground number by sms', only('sms', { to: '990123456' }), 'workflow[0]', '`to` Phone'],
  ])('answers 422 for %s', async (_what, members, name, reason) => {
    const { status, json } = await vonage.start([silentAuth(TO)], members);
    expect(status).toBe(422);
    const parameter = { name, reason: expect.stringContaining(reason) };
    expect(json.invalid_parameters).toContainEqual(parameter);
  });

  it('accepts a playground number with silent_auth alone', async () => {
    const number = '+990123456';
    const { status, json } = await vonage.start([silentAuth(number), sms(number)]);
    expect(status).toBe(422);
    const reason = '`silent_auth` must be the only channel when virtual operator is used';
    expect(json.invalid_parameters).toEqual([
      { name: 'workflow', reason },
      { name: 'workflow[1]', reason: '`to` Phone number is invalid' },
    ]);
    await started(vonage.start([silentAuth(number)]));
  });

  it('answers 422 for a body that is not JSON', async () => {
    const headers = { ...BASIC, 'content-type': 'text/plain' };
    const answered = await send(`${vonage.url}/v2/verify`, 'POST', headers, { brand: 'Acme' });
    expectContract('start', answered);
    expect(answered.status).toBe(422);
  });

  it.each([
    ['start', 'POST', ''],
    ['check', 'POST', '/one'],
    ['next_workflow', 'POST', '/one/next_workflow'],
    ['cancel', 'DELETE', '/one'],
  ] as const)('answers 401 to %s without credentials', async (operation, method, path) => {
    const answered = await send(`${vonage.url}/v2/verify${path}`, method, {}, { brand: 'Acme' });
    expectContract(operation, answered);
    expect(answered.status).toBe(401);
  });

  it('sends no webhook about a start with Basic credentials', async () => {
    const body = { brand: 'Acme', workflow: [silentAuth(newNumber())] };
    const { json } = await send(`${vonage.url}/v2/verify`, 'POST', BASIC, body);
    const { requestId } = await started(vonage.start([silentAuth(newNumber())]));
    await vonage.statusUrl.wait({ request_id: requestId });
    expect(vonage.statusUrl.about(String(json.request_id))).toEqual([]);
  });

  it('answers 412 when silent_auth is the only channel of an unsupported network', async () => {
    const to = newNumber();
    await vonage.faults({ to, request: { coverage: 'unsupported' } });
    const { status, json } = await vonage.start([silentAuth(to)]);
    expect([status, json.title]).toEqual([412, 'Network not supported']);
  });
});
