import { describe, expect, it } from 'vitest';
import { toClientInfo } from '../../../../shared/contract/client-info.ts';
import {
  checkCodeBodySchema,
  messageSchema,
  nextWorkflowBodySchema,
  proofBodySchema,
  startBodySchema,
} from '../../../../shared/contract/requests.ts';
import { toSkipRequest } from '../../../../shared/contract/to-skip-request.ts';
import { toStartRequest } from '../../../../shared/contract/to-start-request.ts';

const START = { phone_number: '+4915112345678' };

/** What a client may mistake, or try, for one member of a body that is right otherwise. */
const REFUSED: Readonly<Record<string, readonly unknown[]>> = {
  phone_number: [
    ...'4915112345678 +0915112345678 +491 +4915112345678901 +49151-12345678'.split(' '),
    '+49 15112345678',
    '+4915112345678\n',
    '+\uff14\uff19\uff11\uff15\uff11\uff11\uff12\uff13\uff14\uff15',
    '\u202a+4915112345678',
    ['+4915112345678'],
    { toString: '+4915112345678' },
    4915112345678,
    null,
    true,
  ],
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
});

const LABEL_OF_63 = 'a'.repeat(63);

/** They are hashed and given to Vonage as they are sent. */
const MAILBOXES: readonly string[] = [
  ...'jo@example.org tom&jerry@example.org jo/doe@example.org jo=x@example.org'.split(' '),
  ..."!#$%&'*+/=?^_`{|}~-@example.org .jo..doe.@docomo.example JO@EXAMPLE.ORG".split(' '),
  ...'jo+tag@sub.sub.example.museum jo@1.2.3.org jo@3com.com jo@a-b--c.example'.split(' '),
  ...`jo@example.xn--p1ai jo@xn--mnchen-3ya.de jo@${LABEL_OF_63}.org`.split(' '),
  `${'a'.repeat(242)}@example.org`,
];

/** As they are sent, and as they are hashed and given to Vonage. */
const INTERNATIONAL: readonly (readonly [email: string, taken: string])[] = [
  ['jo@m\u00fcnchen.de', 'jo@xn--mnchen-3ya.de'],
  ['jo@mu\u0308nchen.de', 'jo@xn--mnchen-3ya.de'],
  ['jo@M\u00dcNCHEN.DE', 'jo@xn--mnchen-3ya.de'],
  ['jo@fa\u00df.de', 'jo@xn--fa-hia.de'],
  ['jo@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444', 'jo@xn--e1afmkfd.xn--p1ai'],
  ['jo@\u4f8b\u5b50.\u4e2d\u56fd', 'jo@xn--fsqu00a.xn--fiqs8s'],
  ['jo@\u0909\u0926\u093e\u0939\u0930\u0923.org', 'jo@xn--p1b6ci4b4b3a.org'],
  ['jo@\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45.org', 'jo@example.org'],
];

const NO_MAILBOXES: readonly unknown[] = [
  ...' jo jo@ @example.org jo@example a@b@example.org mailto:jo@example.org'.split(' '),
  // More than a domain, or not a domain
  ...'jo@good.org/evil jo@good.org#evil jo@good.org?evil jo@good.org:25 jo@a%41.de'.split(' '),
  ...'jo@1.2.3 jo@1.2.3.4 jo@[1.2.3.4] jo@127.1 jo@0x7f.1 jo@a.0x7f jo@a.1'.split(' '),
  ...'jo@example..org jo@.example.org jo@example.org. jo@-a.org jo@a-.org jo@a.b'.split(' '),
  ...`jo@a_b.org jo@a\0.org jo@a${LABEL_OF_63}.org ${'a'.repeat(243)}@example.org`.split(' '),
  // Characters that are not of an address
  ...'"jo"@example.org jo(x)@example.org <jo@example.org> j\\o@a.org'.split(' '),
  ...'j\u00f6@example.org jo\uff20example.org \u202ejo@example.org'.split(' '),
  ...['jo@exa mple.org', 'jo doe@example.org', 'jo@example.org ', ' jo@example.org'],
  ...['jo@example.org\n', 'jo@example.org\nbcc:x@y.org', 'jo@example.org,x@example.org'],
  // International domains
  ...'jo@m\u00fcnchen.de/evil jo@m\u00fcnchen.de%41 jo@m\u00fcnchen\u3002de jo@m\u00fcnchen'.split(
    ' ',
  ),
  ...'jo@\uff11.2.3 jo@\uff10x7f.1 jo@\uff11\uff12\uff17.\uff11 jo@a.\uff11 jo@\u2100.org'.split(
    ' ',
  ),
  ...'jo@m\u00fc\u00adnchen.de jo@m\u00fc\u200bnchen.de jo@m\u00fcnchen..de jo@\u0308.de'.split(
    ' ',
  ),
  ...'jo@\ud83d\ude00.org jo@\ud83d.org jo@xn--m\u00fcnchen.de jo@m\u00fcnchen.d'.split(' '),
  ...`jo@${'\u00fc'.repeat(63)}.de ${'a'.repeat(240)}@m\u00fcnchen.de`.split(' '),
  'jo@\u2068example\u2069.org',
  // Not a text
  ...[1, null, true, {}, ['jo@example.org'], { toString: 'jo@example.org' }],
];

describe('an e-mail address', () => {
  const same = MAILBOXES.map((email) => [email, email] as const);
  it.each([...same, ...INTERNATIONAL])('may be %j and is used as %j', (email, taken) => {
    expect(toStartRequest(startBodySchema.parse({ ...START, email }), undefined).email).toBe(taken);
    expect(proofBodySchema.parse({ email })).toEqual({ email: taken });
  });

  it.each(NO_MAILBOXES.map((email) => [email]))('may not be %j', (email) => {
    expect(toStartRequest(startBodySchema.parse({ ...START, email }), undefined).email).toBe('');
    expect(proofBodySchema.safeParse({ email }).success).toBe(false);
  });
});

/** What an app may say about itself, and what is left of it for the log. */
const WHOLE_CLIENTS: readonly object[] = [
  { platform: 'ios', app_version: '4.12.1', carrier: '26201' },
  { platform: 'android', sdk_version: '1.2.0-rc.1+5a3f' },
  { platform: 'web', carrier: '310260' },
  { app_version: '2026.11.05' },
];
const CLIENTS: readonly (readonly [said: unknown, logged: object])[] = [
  ...WHOLE_CLIENTS.map((client) => [client, client] as const),
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
  [undefined, {}],
  [null, {}],
  ['ios', {}],
  [[{ platform: 'ios' }], {}],
  [7, {}],
];

describe.each([
  ['/start', startBodySchema, START],
  ['/next-workflow', nextWorkflowBodySchema, {}],
] as const)('the client of %s', (_route, schema, body) => {
  it.each(CLIENTS)('%j is logged as %j, and is never a reason to refuse', (client, logged) => {
    expect(toClientInfo(schema.parse({ ...body, client }).client)).toEqual(logged);
  });
});

describe('the body of /check-code', () => {
  it.each([
    ['1234', '1234'],
    ['1234567890', '1234567890'],
    ['Ab3xK9', 'Ab3xK9'],
    ['٧٦٥ 241\n', '765241'],
  ])('takes %j for the code %s', (code, form) => {
    expect(checkCodeBodySchema.parse({ request_id: 'a', code })).toMatchObject({ code: form });
  });

  const LONG = `765241${' '.repeat(59)}`;
  it.each(['', '   ', '123', '12345678901', '765.241', '../1', 1234, ['1234'], null, LONG])(
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
  const both = { from: 'sms', error: 'user_choice' };
  it.each<[object, object]>([
    [{ unknown: 1 }, {}],
    [{ from: 'sms' }, { from: 'sms' }],
    [both, both],
    [{ error: 'sdk_from_next_year' }, { error: 'other' }],
  ])('%j is understood as %j', (body, request) => {
    expect(toSkipRequest(nextWorkflowBodySchema.parse(body))).toEqual(request);
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
