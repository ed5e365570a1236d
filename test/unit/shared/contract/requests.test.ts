import { describe, expect, it } from 'vitest';
import { toClientInfo } from '../../../../shared/contract/client-info.ts';
import {
  checkCodeBodySchema,
  messageSchema,
  nextWorkflowBodySchema,
  startBodySchema,
} from '../../../../shared/contract/requests.ts';
import { NOT_CODES, TYPED_CODES } from '../../../fixtures/codes.ts';
import { SAID_LOCALES } from '../../../fixtures/locales.ts';

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

  it.each(SAID_LOCALES)('is never refused for the locale %j', (locale) => {
    expect(startBodySchema.safeParse({ ...START, locale }).success).toBe(true);
  });

  it('takes an e-mail address of 254 characters and none of 255', () => {
    const email = (length: number): string => `${'a'.repeat(length - 12)}@example.org`;
    const isTaken = (length: number): boolean =>
      startBodySchema.safeParse({ ...START, email: email(length) }).success;
    expect([254, 255].map(isTaken)).toEqual([true, false]);
  });
});

/** What an app may say about itself, and what is left of it for the log. */
const CLIENTS: readonly (readonly [said: unknown, logged: object | undefined])[] = [
  ...[
    { platform: 'ios', app_version: '4.12.1', carrier: '26201' },
    { platform: 'android', sdk_version: '1.2.0-rc.1+5a3f' },
    { platform: 'web', carrier: '310260' },
    { app_version: '2026.11.05' },
  ].map((client) => [client, client] as const),
  [{ app_version: 'x'.repeat(33), sdk_version: '1'.repeat(7), carrier: '2620' }, {}],
  [{ app_version: '4915112345678', carrier: '4915112345678' }, {}],
  [{ app_version: 'jo@example.org', carrier: '' }, {}],
  [{ app_version: '1.0\n{"level":"ERROR"}', sdk_version: '1.0 ' }, {}],
  [{ app_version: 4.1, sdk_version: ['1.2'], carrier: 26201 }, {}],
  [{ carrier: '٢٦٢٠١', app_version: '１.0' }, {}],
  [
    { platform: 'flutter', carrier: '26201' },
    { platform: 'other', carrier: '26201' },
  ],
  [{ platform: ['ios'] }, { platform: 'other' }],
  [{ serial: 'R58M12ABCDE', imei: '356938035643809' }, {}],
  [{}, {}],
  [undefined, undefined],
  [null, undefined],
  ['ios', undefined],
  [[{ platform: 'ios' }], undefined],
  [7, undefined],
];

describe.each([
  ['/start', startBodySchema, START],
  ['/next-workflow', nextWorkflowBodySchema, {}],
] as const)('the client of %s', (_route, schema, body) => {
  it.each(CLIENTS)('%j is logged as %j, and never refuses', (client, logged) => {
    expect(toClientInfo(schema.parse({ ...body, client }).client)).toEqual(logged ?? {});
  });
});

describe('the body of /check-code', () => {
  it.each([...TYPED_CODES, ['1234', '1234'] as const, ['1234567890', '1234567890'] as const])(
    'takes %j for the code %s',
    (code, form) => {
      expect(checkCodeBodySchema.parse({ request_id: 'a', code })).toMatchObject({ code: form });
    },
  );

  it.each([...NOT_CODES, '../1', 1234, ['1234'], null, 'x'.repeat(1024)])(
    'is refused with the code %j',
    (code) => {
      expect(checkCodeBodySchema.safeParse({ request_id: 'a', code }).success).toBe(false);
    },
  );

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
