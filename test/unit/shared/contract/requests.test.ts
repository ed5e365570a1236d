import { describe, expect, it } from 'vitest';
import {
  checkCodeBodySchema,
  messageSchema,
  nextWorkflowBodySchema,
  startBodySchema,
} from '../../../../shared/contract/requests.ts';

const START = { phone_number: '+4915112345678' };

/** What a client may mistake, or try, for one member of a body that is right otherwise. */
const REFUSED: Readonly<Record<string, readonly unknown[]>> = {
  phone_number: [
    '4915112345678',
    '+0915112345678',
    '+491',
    '+4915112345678901',
    '+49 15112345678',
    '+49151-12345678',
    '+4915112345678\n',
    '+\uff14\uff19\uff11\uff15\uff11\uff11\uff12\uff13\uff14\uff15',
    '\u202a+4915112345678',
    ['+4915112345678'],
    { toString: '+4915112345678' },
    4915112345678,
    null,
    true,
  ],
  email: ['', 'jo', 'jo@', '@example.org', 'jo@example', 'a@b@example.org', ['jo@example.org'], 1],
  channels: [
    [],
    'sms',
    ['sms', 'sms'],
    ['sms', 'silent_auth'],
    ['silent_auth', 'silent_auth'],
    ['fax'],
    [['sms']],
    ['silent_auth', 'sms', 'voice', 'email'],
    { 0: 'sms', length: 1 },
  ],
  locale: ['', 'd', 'german', 'de_de', 'de-de-', 'de\n', 1],
  nonce: ['', 'n'.repeat(15), 'n'.repeat(129), `${'n'.repeat(16)}=`, `${'n'.repeat(16)}\n`, 1],
  result: ['', 'JSON', 'page', null, ['json']],
};

describe('the body of /start', () => {
  it('needs a number and nothing else', () => {
    expect(startBodySchema.parse({ ...START, unknown: 1 })).toEqual({ ...START, result: 'json' });
  });

  it.each(
    Object.entries(REFUSED).flatMap(([name, values]) => values.map((value) => [name, value])),
  )('is refused with %s %j', (name, value) => {
    const { success } = startBodySchema.safeParse({ ...START, [String(name)]: value });
    expect(success).toBe(false);
  });

  it('takes an e-mail address of 254 characters and none of 255', () => {
    const email = (length: number): string => `${'a'.repeat(length - 12)}@example.org`;
    const isTaken = (length: number): boolean =>
      startBodySchema.safeParse({ ...START, email: email(length) }).success;
    expect([254, 255].map(isTaken)).toEqual([true, false]);
  });
});

describe('the body of /check-code', () => {
  it.each(['1234', 'aB3dE6', '1234567890'])('takes the code %s', (code) => {
    expect(checkCodeBodySchema.safeParse({ request_id: 'a', code }).success).toBe(true);
  });

  it.each([
    '',
    '123',
    '12345678901',
    ' 1234',
    '1234 ',
    '1234\n',
    '12\u200b34',
    '\uff11\uff12\uff13\uff14',
    '12-34',
    '../1',
    1234,
    ['1234'],
    null,
    'x'.repeat(1024),
  ])('is refused with the code %j', (code) => {
    expect(checkCodeBodySchema.safeParse({ request_id: 'a', code }).success).toBe(false);
  });

  it.each(['', 'a'.repeat(129), 1, null, ['a']])('is refused with the request_id %j', (id) => {
    expect(checkCodeBodySchema.safeParse({ request_id: id, code: '1234' }).success).toBe(false);
  });
});

describe('the body of /next-workflow', () => {
  it.each([{}, { from: 'sms' }, { error: 'anything' }])('may be %j', (body) => {
    expect(nextWorkflowBodySchema.parse({ ...body, unknown: 1 })).toEqual(body);
  });

  it.each([{ from: 'fax' }, { from: null }, { error: 1 }, { error: 'e'.repeat(65) }])(
    'is refused as %j',
    (body) => {
      expect(nextWorkflowBodySchema.safeParse(body).success).toBe(false);
    },
  );
});

describe('a message', () => {
  it.each([
    {},
    { action: 'subscribe' },
    { action: 'Subscribe', client_token: 'a' },
    { action: 'subscribe', client_token: ['a'] },
    { action: 'subscribe', client_token: 'a'.repeat(257) },
    { action: 'completed' },
    { action: ['ping'] },
    { type: 'ping' },
  ])('is refused as %j', (message) => {
    expect(messageSchema.safeParse(message).success).toBe(false);
  });
});
