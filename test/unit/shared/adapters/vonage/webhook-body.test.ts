import { describe, expect, it } from 'vitest';
import { parseWebhook } from '../../../../../shared/adapters/vonage/webhook-body.ts';

const AT_MS = 1_772_619_330_000;
const REQUEST_ID = '5b0d1c9e-6c1e-4a53-9f39-0c4a6a6f7e11';
const CHECK_URL = `https://api-eu.vonage.com/v2/verify/${REQUEST_ID}/silent-auth/redirect`;
const TRIGGERED_AT = '2026-03-04T10:15:30.123Z';

function parse(body: unknown): ReturnType<typeof parseWebhook> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return parseWebhook(Buffer.from(text), AT_MS, ['.vonage.com']);
}

function event(members: object): object {
  const own = { triggered_at: TRIGGERED_AT, type: 'event', channel: 'silent_auth' };
  return { request_id: REQUEST_ID, ...own, ...members };
}

function pending(members: object): object {
  const action = { type: 'check', check_url: CHECK_URL };
  return event({ status: 'action_pending', action, ...members });
}

function summary(members: object): object {
  const own = { submitted_at: TRIGGERED_AT, type: 'summary', channel_timeout: 120 };
  return { request_id: REQUEST_ID, ...own, ...members };
}

describe('action_pending', () => {
  const issued = { type: 'check_url_issued', atMs: AT_MS, checkUrl: CHECK_URL };
  it.each<[string, object]>([
    ['an object', {}],
    ['an array of one', { action: [{ type: 'check', check_url: CHECK_URL }] }],
    ['an action without type', { action: { check_url: CHECK_URL } }],
    ['mode standard', { mode: 'standard' }],
    ['members that we do not know', { later: { a: 1 }, finalized_at: null }],
    ['no time', { triggered_at: undefined }],
    ['an absurd time', { triggered_at: '9999-99-99' }],
  ])('is understood with %s', (_, members) => {
    expect(parse(pending(members))).toEqual({ requestId: REQUEST_ID, event: issued });
  });

  it.each<[string, object]>([
    ['no action', { action: undefined }],
    ['an action that is null', { action: null }],
    ['an empty array', { action: [] }],
    ['two actions', { action: [{ check_url: CHECK_URL }, { check_url: CHECK_URL }] }],
    ['an action that is a string', { action: CHECK_URL }],
    ['no check_url', { action: { type: 'check' } }],
    ['a number for a check_url', { action: { type: 'check', check_url: 7 } }],
    ['another type of action', { action: { type: 'auth', check_url: CHECK_URL } }],
    ['mode advanced', { mode: 'advanced' }],
    ['another channel', { channel: 'sms' }],
    ['a foreign host', { action: { type: 'check', check_url: 'https://evil.example/x' } }],
  ])('is not understood with %s', (_, members) => {
    expect(parse(pending(members))).toBe('unintelligible');
  });
});

describe('an event', () => {
  const channels = ['silent_auth', 'sms', 'voice', 'email', 'whatsapp', 'rcs'];
  it.each([
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['expired', 'expired'],
    ['user_rejected', 'user_rejected'],
    ['rejected', 'user_rejected'],
    ['blocked', 'blocked'],
    ['cancelled', 'cancelled'],
    ['canceled', 'cancelled'],
  ])('with status %s ends the channel as %s', (status, outcome) => {
    for (const channel of channels) {
      const ended = { type: 'channel_ended', atMs: AT_MS, channel, outcome };
      const body = event({ channel, status, finalized_at: TRIGGERED_AT });
      expect(parse(body)).toEqual({ requestId: REQUEST_ID, event: ended });
    }
  });

  it.each<[string, object]>([
    ['an unknown status', { status: 'delivered' }],
    ['the name of an object member as status', { status: 'toString' }],
    ['no status', {}],
    ['an array for a status', { status: ['completed'] }],
    ['a status in capitals', { status: 'COMPLETED' }],
    ['an unknown channel', { status: 'completed', channel: 'whatsapp_interactive' }],
    ['no channel', { status: 'completed', channel: undefined }],
    ['an unknown type', { status: 'completed', type: 'status' }],
    ['no type', { status: 'completed', type: undefined }],
    ['a number for request_id', { status: 'completed', request_id: 7 }],
    ['no request_id', { status: 'completed', request_id: undefined }],
    ['an empty request_id', { status: 'completed', request_id: '' }],
    ['a long request_id', { status: 'completed', request_id: 'a'.repeat(65) }],
    ['a request_id with other characters', { status: 'completed', request_id: 'a#b' }],
  ])('is not understood with %s', (_, members) => {
    expect(parse(event(members))).toBe('unintelligible');
  });
});

describe('a summary', () => {
  it('tells how each channel ended', () => {
    const workflow = [
      { channel: 'silent_auth', initiated_at: TRIGGERED_AT, status: 'failed' },
      { channel: 'sms', initiated_at: TRIGGERED_AT, status: 'blocked', reason: 'Fraud' },
      { channel: 'email', status: 'unused' },
    ];
    const outcomes = [
      { channel: 'silent_auth', outcome: 'failed' },
      { channel: 'sms', outcome: 'blocked' },
    ];
    expect(parse(summary({ status: 'failed', workflow, client_ref: 'abc' }))).toEqual({
      requestId: REQUEST_ID,
      event: { type: 'summarized', atMs: AT_MS, status: 'failed', outcomes },
      blocked: [{ channel: 'sms' }],
    });
  });

  it.each<[string, unknown]>([
    ['no workflow', undefined],
    ['a workflow that is null', null],
    ['a workflow that is an object', { channel: 'sms', status: 'failed' }],
    ['an unknown channel', [{ channel: 'fax', status: 'failed' }]],
    ['an unknown status of a step', [{ channel: 'sms', status: 'lost' }]],
    ['entries of another form', [null, 'sms', {}]],
  ])('tells only its own status with %s', (_, workflow) => {
    const summarized = { type: 'summarized', atMs: AT_MS, status: 'expired', outcomes: [] };
    const body = summary({ status: 'expired', workflow });
    expect(parse(body)).toEqual({ requestId: REQUEST_ID, event: summarized });
  });

  it.each<[unknown, number | undefined]>([
    [0.0325, 0.0325],
    ['0.0325', 0.0325],
    ['1', 1],
    [0, 0],
    [-1, undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['', undefined],
    ['free', undefined],
    [null, undefined],
    [[1], undefined],
  ])('reads the price %j as %s', (price, euros) => {
    const report = parse(summary({ status: 'completed', price }));
    expect(report).toHaveProperty('event.status', 'completed');
    expect(typeof report === 'string' ? undefined : report.priceEuros).toBe(euros);
  });

  it.each<[unknown, object]>([
    ['Fraudulent traffic detected for your account on network [ 23410 ].', { network: '23410' }],
    ['network [310260]', { network: '310260' }],
    ['network [ 12 ]', {}],
    ['too many messages', {}],
    [undefined, {}],
    [7, {}],
  ])('reads the blocked network of a step from %j', (reason, network) => {
    const workflow = [
      { channel: 'email', status: 'completed', reason: 'network [ 99999 ]' },
      { channel: 'sms', status: 'blocked', reason },
    ];
    const report = parse(summary({ status: 'completed', workflow }));
    expect(report).toHaveProperty('blocked', [{ channel: 'sms', ...network }]);
  });

  it.each(['pending', 'toString', undefined, null, 7])(
    'is not understood with status %j',
    (status) => {
      expect(parse(summary({ status }))).toBe('unintelligible');
    },
  );
});

describe('a request_id of the doctor', () => {
  it('is a test, whatever else the webhook says', () => {
    const request_id = 'doctor-6b03d843-6bfd-4a7c-8351-b3b624a54337';
    expect(parse(event({ request_id, status: 'completed' }))).toBe('test');
    expect(parse({ request_id })).toBe('test');
    const inside = `5${request_id}`;
    const report = parse(event({ request_id: inside, status: 'completed' }));
    expect(report).toMatchObject({ requestId: inside });
  });
});

describe('a body', () => {
  const text = JSON.stringify(event({ status: 'completed' }));

  it.each<[string, string]>([
    ['a status twice', text.replace('"status"', '"status":"failed","status"')],
    ['an array on top', `[${text}]`],
    ['null', 'null'],
  ])('is not understood: %s', (_, body) => {
    expect(parse(body)).toBe('unintelligible');
  });

  it.each(['', text.slice(1)])('is refused where it is not JSON: %j', (body) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'request_invalid' }));
  });
});
