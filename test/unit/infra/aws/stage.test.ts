import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../../infra/aws/stage.ts';
import { parseStageSettings } from '../../../../infra/aws/stage-settings.ts';
import { getStage } from '../../../../infra/aws/stages.ts';

const silentAuth = { channel: 'silent_auth' } as const;
const email = { channel: 'email' } as const;
const sms = { channel: 'sms' } as const;
const voice = { channel: 'voice' } as const;
const whatsapp = { channel: 'whatsapp', from: '447700900000' } as const;
const rcs = { channel: 'rcs', from: 'Acme' } as const;
const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b';
const templateId = '4ed3027d-8762-44a0-aa3f-c393717413a4';
const authorizer = { issuer: 'https://login.example', audience: ['a'] };
/** Settings, and what the message says about them. */
type Refused<T> = readonly (readonly [T, RegExp])[];

const SHARED = /reuseCode must not be set where email and a phone channel meet/;
const WORKFLOWS: Refused<Stage['workflow']> = [
  [[], /1 to 6 channels/],
  [[silentAuth, email, sms, voice, email, sms, email], /1 to 6 channels/],
  [[email, silentAuth], /silent_auth must be first/],
  [[email, email], /must not repeat a channel/],
  [[{ channel: 'whatsapp' }], /whatsapp needs from/],
  [[{ channel: 'rcs' }], /rcs needs from/],
  [[{ ...whatsapp, from: '+447700900000' }], /whatsapp from must/],
  [[{ ...rcs, from: 'x'.repeat(16) }], /rcs from must be/],
  [[{ ...sms, from: 'x'.repeat(12) }], /sms from/],
  [[{ ...sms, from: '1'.repeat(16) }], /sms from/],
  [[{ ...email, from: 'acme' }], /email from must/],
  [[{ ...voice, from: '44' }], /voice takes no from/],
  [[{ ...silentAuth, from: '44' }], /silent_auth takes no from/],
  [[{ ...sms, appHash: 'x'.repeat(10) }], /appHash/],
  [[{ ...email, appHash: 'x'.repeat(11) }], /no appHash/],
  [[{ ...sms, entityId: '' }], /entityId must be 1–20/],
  [[{ ...sms, contentId: 'x'.repeat(21) }], /contentId must/],
  [[{ ...whatsapp, templateId }], /whatsapp takes no templateId/],
  [[{ ...sms, templateId: 'a' }], /must be a UUID/],
  [
    [
      { ...sms, templateId },
      { ...rcs, templateId: templateId.replace('4', '5') },
    ],
    /sms and rcs must have the same templateId/,
  ],
  [[{ ...silentAuth, reuseCode: true }], /no reuseCode/],
  [[{ ...sms, mode: 'zero_tap' }], /sms takes no mode/],
  [[silentAuth, email, { ...sms, reuseCode: true }], SHARED],
  [[{ ...email, reuseCode: true }, rcs], SHARED],
  [[email, sms, { ...voice, reuseCode: true }], SHARED],
];

const LIMITS: Refused<Partial<Stage['limits']>> = [
  [{ email: { count: 0, windowSeconds: 60 } }, /limits\.email\.count/],
  [{ prefix: { count: 1, windowSeconds: 0 } }, /limits\.prefix\.windowSeconds/],
  [{ prefix: { count: 501, windowSeconds: 600 } }, /limits\.prefix\.count must be at most 500/],
  [{ email: { count: 5, perCaller: 6, windowSeconds: 600 } }, /limits\.email\.perCaller must be/],
  [{ phoneNumber: { count: 5, perCaller: 0, windowSeconds: 9 } }, /phoneNumber\.perCaller must/],
];

const BAD_BRANDS = ['A/B', 'A\\B', '{A}', 'A: B', 'A$', 'A\nB'];

const ORIGINS: Refused<string> = [
  ['https://a.example/', /exact https origin/],
  ['http://a.example', /exact https origin/],
  ['https://*.example', /exact https origin/],
  ['null', /exact https origin/],
  ['https://a.example:443', /exact https/],
  ['capacitor://localhost/', /nor one of a WebView/],
  ['capacitor://', /nor one of a WebView/],
  ['ionic://*', /nor one of a WebView/],
  ['file://localhost', /nor one of a WebView/],
  ['wss://a.example', /nor one of a WebView/],
];

const PREFIXES_OF_GERMANY = ['4915', '+4815', '+49', '+49 15', '+', '+4915x', '', '+1212'];
const PREFIXES: Refused<NonNullable<Stage['additionalMobilePrefixes']>> = [
  [{ JE: ['+447'] }, /additionalMobilePrefixes: JE is not one of countries/],
  [{ DE: [] }, /DE must list a prefix/],
  [{ US: ['+1621'], CA: ['+16212'] }, /\+16212 begins with another one/],
  [{ DE: ['+4919', '+4919'] }, /\+4919 begins with another one/],
  ...[...PREFIXES_OF_GERMANY, '+4912345678901234'].map(
    (prefix) => [{ DE: [prefix] }, /must be E.164 with \+, the calling code of DE/] as const,
  ),
  ...['+1', '+12', '+121', '+1121'].map(
    (prefix) => [{ US: [prefix] }, /behind \+1 an area code/] as const,
  ),
];

const REFUSED: Refused<Partial<Stage>> = [
  [{ brand: '' }, /brand must be 1–16/],
  [{ brand: 'x'.repeat(17) }, /brand must be 1–16/],
  [{ brand: 'Acme ' }, /begin or end/],
  [{ locale: 'en-GB' }, /locale must be/],
  [{ locale: 'english' }, /locale must be/],
  [{ channelTimeoutSeconds: 14 }, /15 to 900/],
  [{ channelTimeoutSeconds: 901 }, /15 to 900/],
  [{ channelTimeoutSeconds: 60.5 }, /15 to 900/],
  [{ codeLength: 5 }, /6 to 10/],
  [{ codeLength: 11 }, /6 to 10/],
  [{ vonageBaseUrl: 'https://api.example.com' }, /vonageBaseUrl/],
  [{ vonageBaseUrl: 'https://api.nexmo.com/' }, /vonageBaseUrl/],
  [{ checkUrlHosts: [] }, /checkUrlHosts/],
  [{ checkUrlHosts: ['vonage.com'] }, /checkUrlHosts/],
  [{ checkUrlHosts: ['.com'] }, /checkUrlHosts/],
  [{ redirectUrl: 'http://app.example.com/' }, /redirectUrl must be/],
  [{ redirectUrl: 'https://a.example/#x' }, /redirectUrl must be/],
  [{ redirectUrl: 'https://u:p@a.example' }, /redirectUrl must be/],
  [{ workflow: [email], redirectUrl: 'https://a.example/' }, /redirectUrl is used/],
  [{ allowUnattendedMessages: false, workflow: [sms] }, /messages \(sms\)/],
  [
    { allowUnattendedMessages: false, workflow: [voice, whatsapp, rcs] },
    /\(voice, whatsapp, rcs\)/,
  ],
  [{ countries: [] }, /countries must name/],
  [{ countries: ['UK'] }, /UK is not/],
  [{ countries: ['gb'] }, /gb is not/],
  [{ countries: ['GB', 'GB'] }, /countries must not repeat/],
  [
    { documentationNumbers: true },
    /documentationNumbers are for one machine: vonageBaseUrl must be loopback/,
  ],
  [{ throttle: { rate: 0, burst: 1 } }, /^ {2}- throttle must/m],
  [{ websocketThrottle: { rate: 10_001, burst: 1 } }, /websocketThrottle must/],
  [{ routeThrottles: { 'GET /start': { rate: 1, burst: 1 } } }, /no route GET \/start/],
  [{ routeThrottles: { 'POST /start': { rate: 1, burst: 0 } } }, /POST \/start must have a rate/],
  [{ origins: ['https://a.example', 'https://a.example'] }, /origins must not/],
  [{ proof: { audience: '', lifetimeSeconds: 60 } }, /proof\.audience/],
  [{ proof: { audience: 'a', lifetimeSeconds: 29 } }, /30 to 300/],
  [{ proof: { audience: 'a', lifetimeSeconds: 301 } }, /30 to 300/],
  [{ authorizer: { ...authorizer, issuer: 'http://login.example' } }, /authorizer\.issuer/],
  [{ authorizer: { ...authorizer, audience: [] } }, /authorizer\.audience/],
  [{ logRetentionDays: 15 }, /logRetentionDays/],
  [{ logRetentionDays: 9999 }, /logRetentionDays/],
  [{ alarmEmail: 'ops' }, /alarmEmail/],
  [{ runbooks: 'https://wiki.example/' }, /runbooks must be/],
  [{ reservedConcurrency: { start: 0 } }, /start must be a whole/],
  [
    { reservedConcurrency: { start: 500, webhook: 401 } },
    /takes 901 of 1000, and Lambda keeps 100/,
  ],
  [{ reservedConcurrency: { start: 1 }, concurrencyQuota: 10 }, /takes 1 of 10/],
  [{ clockConcurrency: 1 }, /clockConcurrency must be a whole/],
  [
    { clockConcurrency: 6, reservedConcurrency: { clock: 5 } },
    /clockConcurrency must not be above/,
  ],
  [{ memory: { start: 127 } }, /start must be a whole/],
  [{ reservedConcurrency: { webhook: 4 } }, /warmTogether needs webhook to reserve at least 5/],
  [{ priceCeilingPerDay: 0 }, /priceCeilingPerDay must be/],
  [{ httpDomain: { domainName: 'a.example', certificateArn: 'x' } }, /httpDomain\.certificateArn/],
  [
    { websocketDomain: { domainName: 'https://a.example', certificateArn } },
    /websocketDomain\.domainName/,
  ],
  [
    {
      httpDomain: { domainName: 'a.example', certificateArn },
      websocketDomain: { domainName: 'a.example', certificateArn },
    },
    /must differ/,
  ],
];

const ACCEPTED: readonly Partial<Stage>[] = [
  { brand: 'x'.repeat(16) },
  { codeLength: 10, channelTimeoutSeconds: 15 },
  {
    workflow: [
      silentAuth,
      { ...sms, from: 'Acme', appHash: 'FA+9qCX9VSu', entityId: '1', contentId: '2', templateId },
      { ...whatsapp, mode: 'zero_tap', reuseCode: true },
      { ...rcs, templateId },
    ],
  },
  // A mailbox and phones that share no code, phones that do, and a mailbox alone.
  { workflow: [silentAuth, email, { ...sms, reuseCode: false }] },
  { workflow: [silentAuth, sms, { ...voice, reuseCode: true }] },
  { workflow: [silentAuth, { ...email, reuseCode: true }] },
  { allowUnattendedMessages: false, authorizer },
  { reservedConcurrency: { start: 300, webhook: 200 }, concurrencyQuota: 600 },
  { reservedConcurrency: { webhook: 1 }, warmTogether: false },
  { additionalMobilePrefixes: { DE: ['+4919', '+49188'], US: ['+1621'], FR: ['+338'] } },
  { documentationNumbers: true, vonageBaseUrl: 'http://127.0.0.1:3002' },
  { origins: ['https://a.example:8443'] },
  { origins: ['capacitor://localhost', 'ionic://localhost', 'https://localhost', 'app://my.app'] },
];

describe('getStage', () => {
  const { limits } = getStage('dev');
  it.each<readonly [Partial<Stage>, RegExp]>([
    ...REFUSED,
    ...WORKFLOWS.map(([workflow, message]) => [{ workflow }, message] as const),
    ...LIMITS.map(([some, message]) => [{ limits: { ...limits, ...some } }, message] as const),
    ...ORIGINS.map(([origin, message]) => [{ origins: [origin] }, message] as const),
    ...PREFIXES.map(([prefixes, message]) => {
      return [{ additionalMobilePrefixes: prefixes }, message] as const;
    }),
    ...BAD_BRANDS.map((brand) => [{ brand }, /brand must be/] as const),
  ])('refuses %j with a message like %s', (settings, message) => {
    expect(() => getStage('dev', settings)).toThrow(message);
  });

  it('refuses more settings than an environment holds', () => {
    const redirectUrl = `https://a.example/${'x'.repeat(3000)}`;
    expect(() => getStage('dev', { redirectUrl })).toThrow(/at most 3000 fit/);
  });

  it.each(ACCEPTED)('accepts %j', (settings) => {
    expect(getStage('dev', settings)).toMatchObject(settings);
  });

  it.each([
    ['{"fallback":"on_request"}', 'on_request is reserved'],
    ['{"afterUserRejected":"maybe"}', 'afterUserRejected must be'],
    ['{"logLevel":"WARN"}', 'Lambda drops the metrics'],
    ['{"brand":7}', 'brand must be a text'],
    ['{"codeLength":"6"}', 'codeLength must be a number'],
    ['{"coverageCheck":"yes"}', 'coverageCheck must be true or false'],
    ['{"countries":"DE"}', 'countries must be a list'],
    ['{"countries":["DE",49]}', 'countries[1] must be a text'],
    ['{"additionalMobilePrefixes":["+49"]}', 'additionalMobilePrefixes must be an object'],
    ['{"additionalMobilePrefixes":{"DE":"+49"}}', 'additionalMobilePrefixes.DE must be a list'],
    ['{"proof":{"audience":"x"}}', 'proof.lifetimeSeconds must be a number'],
    ['{"limits":{}}', 'limits.address must be an object'],
    ['{"codeLenght":8}', 'there is no setting codeLenght'],
    ['{"reservedConcurrency":{"x":1}}', 'there is no setting reservedConcurrency.x'],
    ['{"workflow":[{"channel":"pigeon"}]}', '[0].channel must be a channel of Vonage'],
    ['{"workflow":[{"channel":"sms","sender":"A"}]}', 'there is no setting workflow[0].sender'],
    ['{"workflow":[{"channel":"sms","from":44770090}]}', 'workflow[0].from must be a text'],
    ['{"workflow":[{"channel":"sms","reuseCode":"true"}]}', '[0].reuseCode must be true or false'],
  ])('refuses on the command line %s', (settings, message) => {
    expect(() => getStage('dev', parseStageSettings(settings))).toThrow(message);
  });

  it('reports all faults at once', () => {
    expect(() => getStage('dev', { brand: '', codeLength: 4 })).toThrow(/brand.*\n.*codeLength/);
  });

  it('refuses Vonage’s test numbers and pages on the developer’s machine in prod', () => {
    expect(() => getStage('prod', { playground: true })).toThrow(/playground must be false/);
    expect(() => getStage('prod', { origins: ['http://localhost:3000'] })).toThrow(/origins/);
    const vonageBaseUrl = 'http://127.0.0.1:3002';
    expect(() => getStage('prod', { vonageBaseUrl })).toThrow(/vonageBaseUrl must be one of/);
  });

  it('refuses prod without an address for alarms', () => {
    expect(() => getStage('prod', { unattendedAlarms: false })).toThrow(/nobody would be notified/);
    const attended = { unattendedAlarms: false, alarmEmail: 'ops@example.com' };
    expect(getStage('prod', attended)).toMatchObject(attended);
    expect(getStage('dev').unattendedAlarms).toBeUndefined();
  });

  it('throttles POST /start at ten times what Vonage takes', () => {
    expect(getStage('prod').routeThrottles['POST /start']).toEqual({ rate: 300, burst: 600 });
  });

  it('knows dev and prod only', () => {
    expect(getStage('prod').name).toBe('prod');
    expect(() => getStage('staging')).toThrow('stage staging is not one of dev, prod');
  });

  it('keeps its name, whatever the settings say', () => {
    expect(getStage('dev', { name: 'prod' }).name).toBe('dev');
  });
});

describe('parseStageSettings', () => {
  it('accepts an object, its JSON, or nothing', () => {
    expect(parseStageSettings({ codeLength: 8 })).toEqual({ codeLength: 8 });
    expect(parseStageSettings('{"codeLength":8}')).toEqual({ codeLength: 8 });
    expect(parseStageSettings(undefined)).toEqual({});
  });

  it.each(['[]', '8', 'null', 'code'])('refuses %s', (text) => {
    expect(() => parseStageSettings(text)).toThrow();
  });
});
