/**
 * The consumers of docs/examples/proof, each in its own language, against the same good and bad
 * proofs.
 */

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynaliteStore, startDynalite } from '../../fixtures/dynalite-store.ts';
import { LIFETIME_SECONDS, startProofIssuer } from '../../fixtures/proof-issuer.ts';
import { AUDIENCE, NONCE, newProofKey, PHONE_NUMBER } from '../../fixtures/proofs.ts';

/** As the document has it: plain JavaScript. */
const SPEND = '../../../docs/examples/proof/spend-proof.mjs';
const { spend }: { spend: (client: unknown, table: string, jti: string) => Promise<boolean> } =
  await import(SPEND);
const { issuer, sign, resign, close } = await startProofIssuer();

const DOCUMENT = 'docs/examples/proof';
const DRIVER = 'test/fixtures/proof-consumers';
/** For programs that end before a second compiler has helped them. */
const JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const classes = mkdtempSync(join(tmpdir(), 'silent-auth-consumers-'));
const java = ['java', ...JVM, '-cp', classes];
const sources = [`${DOCUMENT}/VerifyProof.java`, `${DRIVER}/JudgeProofs.java`];

type Command = readonly string[];

/** The command of the document; the same code on a proof a line; what works where both run. */
const CONSUMERS: readonly (readonly [string, run: Command, judge: Command, works: Command])[] = [
  [
    'Node',
    [process.execPath, `${DOCUMENT}/verify-proof.mjs`],
    [process.execPath, `${DRIVER}/judge-proofs.mjs`],
    [process.execPath, '--version'],
  ],
  [
    'Python with the package cryptography',
    ['python3', `${DOCUMENT}/verify_proof.py`],
    ['python3', `${DRIVER}/judge_proofs.py`],
    ['python3', '-c', 'import cryptography'],
  ],
  [
    'Java, 17 or later',
    [...java, 'VerifyProof'],
    [...java, 'JudgeProofs'],
    ['javac', ...JVM.map((option) => `-J${option}`), '-d', classes, ...sources],
  ],
];

/** What the program prints. */
async function printed([program = '', ...args]: Command, input = ''): Promise<string> {
  const env = { ...process.env, PYTHONPATH: DOCUMENT, PYTHONDONTWRITEBYTECODE: '1' };
  const running = promisify(execFile)(program, args, { env });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

afterAll(() => {
  rmSync(classes, { recursive: true, force: true });
  return close();
});

async function altered(): Promise<string> {
  const [header, payload = '', signature] = (await sign()).split('.');
  const claims = Buffer.from(payload, 'base64url').toString();
  const other = claims.replace(PHONE_NUMBER, '+447700900001');
  return [header, Buffer.from(other).toString('base64url'), signature].join('.');
}

async function unsigned(): Promise<string> {
  const [, payload] = (await sign()).split('.');
  const header = { ...decodeProtectedHeader(await sign()), alg: 'none' };
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.`;
}

const BAD: readonly (readonly [string, () => Promise<string>])[] = [
  ['an altered one', altered],
  ['an unsigned one', unsigned],
  [
    'one whose signature is zeros',
    async () => (await sign()).replace(/\.[^.]+$/, `.${'A'.repeat(86)}`),
  ],
  [
    'one of another key under the same name',
    () => sign({}, { private_key: newProofKey().privateKey }),
  ],
  ['one of an unknown key', () => resign({ kid: 'nobody' })],
  ['another kind of token', () => resign({ typ: 'JWT' })],
  ['one for another backend', () => sign({}, { audience: 'another' })],
  ['one of another deployment', () => sign({}, { issuer: 'https://a.example' })],
  ['an expired one', () => sign({ ageSeconds: LIFETIME_SECONDS + 1 })],
  ['one of another sign-in', () => sign({ nonce: 'nonce-of-another-sign-in' })],
  ['one with an empty nonce', () => resign({}, { nonce: '' })],
  ['one with a critical extension', () => resign({ crit: ['example'], example: 1 })],
  ...['iss', 'aud', 'iat', 'exp', 'jti', 'request_id', 'nonce'].map(
    (name) => [`one without ${name}`, () => resign({}, { [name]: undefined })] as const,
  ),
];

describe.each(CONSUMERS)('the consumer in %s', (_language, run, judge, works) => {
  const [program = '', ...args] = works;
  if (spawnSync(program, args).status !== 0) {
    it.skip('is not run: this machine lacks it', () => {});
    return;
  }
  /** The claims of each proof, or `undefined` where it is refused. */
  async function judged(proofs: readonly string[], nonce = NONCE) {
    const lines = await printed([...judge, issuer, AUDIENCE, nonce], `${proofs.join('\n')}\n`);
    const claims = lines
      .trimEnd()
      .split('\n')
      .map((line): JWTPayload | null => JSON.parse(line));
    return claims.map((one) => one ?? undefined);
  }
  let good = '';
  let ahead = '';
  /** The good proof is first and last: the others are not refused because of what came before. */
  let verdicts: readonly (JWTPayload | undefined)[] = [];

  beforeAll(async () => {
    good = await sign({ subject: 'a "quoted" \\ näme' });
    const bad = await Promise.all(BAD.map(([, make]) => make()));
    ahead = await sign({ ageSeconds: -30 });
    verdicts = await judged([good, ...bad, ahead, good]);
  });

  it('accepts a proof and reads its claims', () => {
    expect(verdicts).toHaveLength(BAD.length + 3);
    expect([verdicts[0], verdicts.at(-1)]).toEqual([decodeJwt(good), decodeJwt(good)]);
  });

  it('accepts a proof of a clock that is half a minute ahead of its own', () => {
    expect(verdicts.at(-2)).toEqual(decodeJwt(ahead));
  });

  it.each(BAD.map(([what], index) => [what, index + 1] as const))('refuses %s', (_what, at) => {
    expect(verdicts[at]).toBeUndefined();
  });

  it('refuses a proof without a nonce also when it was given none to expect', async () => {
    const nameless = await resign({}, { nonce: undefined });
    expect(await judged([nameless], '')).toEqual([undefined]);
  });

  it('is a command that prints the claims, or fails', async () => {
    const command = [...run, issuer, AUDIENCE, NONCE];
    expect(JSON.parse(await printed([...command, good]))).toEqual(decodeJwt(good));
    await expect(printed([...command, await altered()])).rejects.toMatchObject({ code: 1 });
  });
});

describe('spending a proof', () => {
  let store: DynaliteStore;

  beforeAll(async () => {
    store = await startDynalite('jti');
  });

  afterAll(() => store.stop());

  it('succeeds once, at the same moment and later', async () => {
    const { jti = '' } = decodeJwt(await sign());
    const spendIt = (): Promise<boolean> => spend(store.client, store.table, jti);
    const verdicts = await Promise.all(Array.from({ length: 10 }, spendIt));
    expect(verdicts.filter(Boolean)).toHaveLength(1);
    expect(await spendIt()).toBe(false);
    expect(await spend(store.client, store.table, 'another')).toBe(true);
  });

  it('throws when the table cannot be written', async () => {
    await expect(spend(store.client, 'missing', 'jti')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('docs/proof.md', () => {
  it.each(['verify-proof.mjs', 'spend-proof.mjs'])('shows %s as it was tested', (name) => {
    const [, ...listing] = readFileSync(`docs/examples/proof/${name}`, 'utf8').split('\n');
    expect(readFileSync('docs/proof.md', 'utf8')).toContain(listing.join('\n'));
  });
});
