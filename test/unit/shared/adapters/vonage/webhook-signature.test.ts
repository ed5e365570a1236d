import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Secret } from '../../../../../shared/adapters/secrets/secret-store.ts';
import { createWebhookVerifier } from '../../../../../shared/adapters/vonage/webhook-signature.ts';
import type { Measurement } from '../../../../../shared/domain/ports/telemetry.ts';
import { spyOnComparisons } from '../../../../fixtures/comparisons.ts';
import { type FakeSecrets, fakeSecrets } from '../../../../fixtures/secrets.ts';
import {
  API_KEY,
  APPLICATION_ID,
  rawToken,
  SIGNATURE_SECRET,
  segment,
  sha256,
  signed,
  type TokenParts,
  webhookClaims,
  webhookToken,
} from '../../../../fixtures/webhook-tokens.ts';

const NOW_MS = Date.parse('2026-03-04T10:15:30.500Z');
const NOW_SECONDS = NOW_MS / 1000;
const BODY = Buffer.from('{"request_id":"5b0d","type":"event","channel":"silent_auth"}');
const AT = { nowMs: NOW_MS, body: BODY };
const SECRET = {
  api_key: API_KEY,
  application_id: APPLICATION_ID,
  signature_secret: SIGNATURE_SECRET,
};

let secrets: FakeSecrets;
let measured: Measurement[];

beforeEach(() => {
  measured = [];
  secrets = fakeSecrets(SECRET);
});

function verify(authorization: string | undefined, body: Uint8Array = BODY): Promise<void> {
  const { verify: check } = createWebhookVerifier({
    secrets,
    secretId: 'signature',
    clock: { now: () => NOW_MS },
    telemetry: { measure: (measurement) => measured.push(measurement) },
  });
  return check(authorization, body);
}

function holds(secret: Secret): void {
  secrets = fakeSecrets(secret);
}

function genuine(parts?: TokenParts): string {
  return `Bearer ${webhookToken(AT, parts)}`;
}

async function expectFault(
  authorization: string,
  reason: string,
  body?: Uint8Array,
): Promise<void> {
  measured = [];
  const problem = { code: 'signature_invalid', message: reason };
  await expect(verify(authorization, body)).rejects.toMatchObject(problem);
  expect(measured).toEqual([{ name: 'WebhookRejected', dimensions: { reason } }]);
}

describe('a genuine webhook', () => {
  it.each<[string, string]>([
    ['as Vonage signs it', genuine()],
    ['with a lower-case scheme', genuine().replace('Bearer', 'bearer')],
    ['with a kid, which has no effect', genuine({ header: { kid: '../../key' } })],
    ['without typ', genuine({ header: { typ: undefined } })],
    ['signed by a clock 59 s ahead', genuine({ claims: { iat: NOW_SECONDS + 59 } })],
    ['delivered after 23 hours', genuine({ claims: { iat: NOW_SECONDS - 23 * 3600 } })],
    ['with exp ahead', genuine({ claims: { exp: NOW_SECONDS + 1 } })],
    ['with nbf behind', genuine({ claims: { nbf: NOW_SECONDS - 1 } })],
    ['with claims that we do not know', genuine({ claims: { later: { a: [1] } } })],
  ])('is accepted %s', async (_, authorization) => {
    await verify(authorization);
    expect(measured).toEqual([]);
    expect(secrets.calls).toEqual({ get: 1, refresh: 0 });
  });

  it.each([Buffer.from([0xff, 0x00, 0xfe]), Buffer.from('{ "a": 1.0 }\n')])(
    'is accepted with any bytes for a body, if the hash is theirs',
    (body) => verify(`Bearer ${webhookToken({ nowMs: NOW_MS, body })}`, body),
  );
});

describe('an Authorization header without a bearer token', () => {
  it('answers 503 without a header, so that Vonage repeats the webhook', async () => {
    await expect(verify(undefined)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    expect(measured).toEqual([{ name: 'WebhookRejected', dimensions: { reason: 'unsigned' } }]);
  });

  const token = webhookToken(AT);
  it.each<[string, string]>([
    ['empty', ''],
    ['a scheme alone', 'Bearer'],
    ['a scheme and a space', 'Bearer '],
    ['another scheme', `Basic ${token}`],
    ['no scheme', token],
    ['two tokens', `Bearer ${token} ${token}`],
    ['two headers that a proxy joined', `Bearer ${token}, Bearer ${token}`],
    ['words', 'Bearer x y'],
    ['leading space', ` Bearer ${token}`],
    ['two spaces', `Bearer  ${token}`],
    ['trailing space', `Bearer ${token} `],
    ['trailing line break', `Bearer ${token}\n`],
    ['a tab', `Bearer\t${token}`],
  ])('is refused: %s', (_, authorization) => expectFault(authorization, 'malformed'));
});

describe('a token of another form', () => {
  const [header = '', claims = '', signature = ''] = webhookToken(AT).split('.');
  it.each<[string, string]>([
    ['one segment', header],
    ['two segments', `${header}.${claims}`],
    ['four segments', `${header}.${claims}.${signature}.${signature}`],
    ['five segments', `${header}.${claims}.${signature}.a.b`],
    ['an empty header', `.${claims}.${signature}`],
    ['empty claims', `${header}..${signature}`],
    ['an empty signature', `${header}.${claims}.`],
    ['a trailing dot', `${header}.${claims}.${signature}.`],
    ['padding', `${header}.${claims}.${signature}=`],
    ['the other alphabet', signed(header, `${claims.slice(0, -1)}+`)],
    ['white space inside', `${header}. ${claims}.${signature}`],
    ['a signature with other unused bits', `${header}.${claims}.${withUnusedBits(signature)}`],
    ['claims with other unused bits', signed(header, withUnusedBits(segment('{}')))],
    ['a signature of 31 bytes', `${header}.${claims}.${segment(Buffer.alloc(31))}`],
    ['a signature of 33 bytes', `${header}.${claims}.${segment(Buffer.alloc(33))}`],
    ['the JSON serialization', JSON.stringify({ payload: claims, protected: header, signature })],
    ['9 KB', signed(header, segment(`{"padding":"${'x'.repeat(9000)}"}`))],
    ['a header that is not JSON', rawToken('{alg:HS256}', '{}')],
    ['a header that is an array', rawToken('["HS256"]', '{}')],
    ['a header that is null', rawToken('null', '{}')],
    ['claims that are a string', rawToken('{"alg":"HS256"}', '"claims"')],
    ['claims that are an array', rawToken('{"alg":"HS256"}', '[]')],
    ['claims that are no UTF-8', signed(segment('{"alg":"HS256"}'), segment(Buffer.from([0xff])))],
    ['alg twice', rawToken('{"alg":"none","alg":"HS256"}', '{}')],
    ['a claim twice', rawToken('{"alg":"HS256"}', '{"iss":"x","iss":"Vonage"}')],
    ['deep claims', rawToken('{"alg":"HS256"}', `{"a":${'['.repeat(16)}${']'.repeat(16)}}`)],
  ])('is refused before a secret is read: %s', async (_, token) => {
    await expectFault(`Bearer ${token}`, 'malformed');
    expect(secrets.calls.get).toBe(0);
  });

  it.each(['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'zip', 'enc', 'cty'])(
    'is refused with the header member %s',
    async (member) => {
      await expectFault(genuine({ header: { [member]: 'x' } }), 'malformed');
      expect(secrets.calls.get).toBe(0);
    },
  );
});

describe('a token of another algorithm', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const header = segment('{"alg":"RS256","typ":"JWT"}');
  const claims = segment(JSON.stringify(webhookClaims(AT)));
  const rs256 = createSign('sha256').update(`${header}.${claims}`).sign(privateKey, 'base64url');
  it.each<[string, string]>([
    ['none with a signature', webhookToken(AT, { header: { alg: 'none' } })],
    ['no alg', webhookToken(AT, { header: { alg: undefined } })],
    ['lower case', webhookToken(AT, { header: { alg: 'hs256' } })],
    ['HS384', webhookToken(AT, { header: { alg: 'HS384' }, hmac: 'sha384' })],
    ['HS512', webhookToken(AT, { header: { alg: 'HS512' }, hmac: 'sha512' })],
    ['RS256', `${header}.${claims}.${rs256}`],
    ['RS256 by its public key', webhookToken(AT, { header: { alg: 'RS256' }, secret: pem })],
    ['an array', webhookToken(AT, { header: { alg: ['HS256'] } })],
    ['null', webhookToken(AT, { header: { alg: null } })],
  ])('is refused before a secret is read: %s', async (_, token) => {
    await expectFault(`Bearer ${token}`, 'algorithm');
    expect(secrets.calls.get).toBe(0);
  });

  it('is refused without a signature', () => {
    const token = webhookToken(AT, { header: { alg: 'none' } });
    return expectFault(`Bearer ${token.slice(0, token.lastIndexOf('.') + 1)}`, 'malformed');
  });

  it('is refused where HS256 is claimed and another HMAC was used', () =>
    expectFault(genuine({ hmac: 'sha512' }), 'malformed'));
});

describe('a token that others signed', () => {
  it.each<[string, TokenParts]>([
    ['another secret', { secret: 'another signature secret, long enough' }],
    ['an empty secret', { secret: '' }],
    ['the secret with a line break', { secret: `${SIGNATURE_SECRET}\n` }],
    ['the public api_key', { secret: API_KEY }],
  ])('is refused: %s', (_, parts) => expectFault(genuine(parts), 'signature'));

  it('is refused with one bit of the signature flipped', async () => {
    const token = webhookToken(AT);
    const cut = token.lastIndexOf('.') + 1;
    const signature = Buffer.from(token.slice(cut), 'base64url');
    for (const index of [0, 15, 31]) {
      const flipped = Buffer.from(signature);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      const forged = `Bearer ${token.slice(0, cut)}${flipped.toString('base64url')}`;
      await expectFault(forged, 'signature');
    }
  });

  it('is refused with the claims of another token', () => {
    const [header, , signature] = webhookToken(AT).split('.');
    const [, claims] = webhookToken(AT, { claims: { jti: 'another' } }).split('.');
    return expectFault(`Bearer ${header}.${claims}.${signature}`, 'signature');
  });
});

describe('claims', () => {
  it.each<[string, Record<string, unknown>]>([
    ['no iss', { iss: undefined }],
    ['iss vonage', { iss: 'vonage' }],
    ['iss as an array', { iss: ['Vonage'] }],
    ['no api_key', { api_key: undefined }],
    ['the api_key of another account', { api_key: 'abcd1235' }],
    ['no application_id', { application_id: undefined }],
    ['another application of the account', { application_id: `${APPLICATION_ID.slice(0, -1)}c` }],
    ['application_id as an array', { application_id: [APPLICATION_ID] }],
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['a number for jti', { jti: 7 }],
    ['no iat', { iat: undefined }],
    ['iat as a string', { iat: String(NOW_SECONDS) }],
    ['iat null', { iat: null }],
    ['exp as a string', { exp: String(NOW_SECONDS + 60) }],
    ['nbf as a string', { nbf: String(NOW_SECONDS - 60) }],
  ])('are refused: %s', (_, claims) => expectFault(genuine({ claims }), 'claims'));

  it('are refused: an infinite iat', () => {
    const claims = JSON.stringify({ ...webhookClaims(AT), iat: 0 }).replace(':0', ':1e400');
    return expectFault(`Bearer ${rawToken('{"alg":"HS256"}', claims)}`, 'claims');
  });

  it.each<[string, Record<string, unknown>]>([
    ['iat in milliseconds', { iat: NOW_MS }],
    ['iat 61 s ahead', { iat: NOW_SECONDS + 61 }],
    ['iat 25 hours ago', { iat: NOW_SECONDS - 25 * 3600 }],
    ['iat below zero', { iat: -1 }],
    ['exp past', { exp: NOW_SECONDS - 1 }],
    ['exp now', { exp: NOW_SECONDS }],
    ['nbf an hour ahead', { nbf: NOW_SECONDS + 3600 }],
  ])('are stale: %s', (_, claims) => expectFault(genuine({ claims }), 'stale'));
});

describe('payload_hash', () => {
  const pretty = JSON.stringify(JSON.parse(BODY.toString()), null, 2);
  it.each<[string, unknown]>([
    ['missing', undefined],
    ['empty', ''],
    ['of other bytes', sha256('other')],
    ['of the pretty-printed body', sha256(pretty)],
    ['in base64', createHash('sha256').update(BODY).digest('base64')],
    ['in upper case', sha256(BODY).toUpperCase()],
    ['of SHA-1', createHash('sha1').update(BODY).digest('hex')],
    ['in an array', [sha256(BODY)]],
    ['of the same length in other characters', '\u00e9'.repeat(32)],
  ])('is refused: %s', (_, hash) =>
    expectFault(genuine({ claims: { payload_hash: hash } }), 'payload_hash'),
  );

  it('is refused when one byte of the body was altered', async () => {
    for (let index = 0; index < BODY.byteLength; index += 1) {
      const altered = Buffer.from(BODY);
      altered[index] = (altered[index] ?? 0) ^ 1;
      await expectFault(genuine(), 'payload_hash', altered);
    }
  });

  it('is compared in constant time', async () => {
    const compared = spyOnComparisons();
    await verify(genuine());
    const hash = Buffer.from(sha256(BODY));
    expect(compared).toHaveBeenCalledWith(hash, hash);
  });

  it('is refused for an empty body', () => expectFault(genuine(), 'payload_hash', Buffer.alloc(0)));
});

describe('rotation of the secret', () => {
  const OLD = 'the signature secret before the rotation';

  it('accepts what the previous secret signed during the overlap, and not after it', async () => {
    holds({ ...SECRET, previous_signature_secret: OLD });
    await verify(genuine({ secret: OLD }));
    await verify(genuine());
    holds({ ...SECRET, previous_signature_secret: '' });
    await expectFault(genuine({ secret: OLD }), 'signature');
  });

  it('reads the secret again for a signature that it does not know yet', async () => {
    holds({ ...SECRET, signature_secret: OLD });
    secrets.stored = { ...SECRET, previous_signature_secret: OLD };
    await verify(genuine());
    expect(secrets.calls.refresh).toBe(1);
    await verify(genuine({ secret: OLD }));
    expect(secrets.calls.refresh).toBe(1);
  });

  it('reads the secret again for an application that it does not know yet', async () => {
    secrets.stored = { ...SECRET, application_id: 'the new application' };
    await verify(genuine({ claims: { application_id: 'the new application' } }));
  });

  it('does not read the secret again for faults that no other secret cures', async () => {
    await expectFault(genuine({ claims: { iat: 0 } }), 'stale');
    await expectFault(genuine({ claims: { payload_hash: '' } }), 'payload_hash');
    expect(secrets.calls.refresh).toBe(0);
  });
});

describe('a secret that cannot be trusted', () => {
  it.each<[string, Secret]>([
    ['16 bytes', { ...SECRET, signature_secret: 'sixteen bytes ok' }],
    ['31 bytes', { ...SECRET, signature_secret: 'x'.repeat(31) }],
    ['a short previous one', { ...SECRET, previous_signature_secret: 'short' }],
    ['an empty one', { ...SECRET, signature_secret: '' }],
    ['no api_key', { ...SECRET, api_key: '' }],
    ['no application_id', { ...SECRET, application_id: '' }],
    ['a placeholder', {}],
  ])('answers 503, never 204: %s', async (_, secret) => {
    holds(secret);
    const parts = secret.signature_secret ? { secret: secret.signature_secret } : {};
    await expect(verify(genuine(parts))).rejects.toMatchObject({ code: 'dependency_unavailable' });
  });

  it('accepts a secret of 32 bytes in fewer characters', async () => {
    const secret = '\u00e9'.repeat(16);
    holds({ ...SECRET, signature_secret: secret });
    await verify(genuine({ secret }));
  });
});

/** The same bytes, spelled with the bits that base64url leaves over. */
function withUnusedBits(bytes: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(bytes.at(-1) ?? '');
  return `${bytes.slice(0, -1)}${alphabet[last + 1]}`;
}
