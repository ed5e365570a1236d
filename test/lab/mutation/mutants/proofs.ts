/** What the company's own backend may rely on. */

import type { Mutant } from '../mutant.ts';

const ISSUE = 'shared/usecases/issue-proof.ts';
const SIGNER = 'shared/adapters/secrets/proof-signer.ts';

const ISSUE_TESTS = ['test/unit/shared/usecases/issue-proof.test.ts'];
const SIGNER_TESTS = ['test/unit/shared/adapters/secrets/proof-signer.test.ts'];

export const PROOF_MUTANTS: readonly Mutant[] = [
  {
    name: 'prove an unverified number',
    rule: 'T21',
    file: ISSUE,
    find: "return isSameHash(await hash, stored ?? '') && isVerified;",
    replace: "return isSameHash(await hash, stored ?? '') || isVerified;",
    tests: ISSUE_TESTS,
  },
  {
    name: 'prove any number that the app names',
    rule: 'T21',
    file: ISSUE,
    find: "return isSameHash(await hash, stored ?? '') && isVerified;",
    replace: "return (await hash) !== stored ? isVerified : isSameHash('', '');",
    tests: ISSUE_TESTS,
  },
  {
    name: 'prove a verification that is not completed',
    rule: 'T21',
    file: ISSUE,
    find: "if (folded?.verification.status !== 'completed') throw refused();",
    replace: 'if (!folded) throw refused();',
    tests: ISSUE_TESTS,
  },
  {
    name: 'prove for ever',
    rule: 'T21',
    file: ISSUE,
    find: 'return endedAtMs === null || nowMs > endedAtMs + PROOF_WINDOW_MS;',
    replace: 'return endedAtMs === null || nowMs > endedAtMs + PROOF_WINDOW_MS * 1000;',
    tests: ISSUE_TESTS,
  },
  {
    name: 'name a method that is not certain',
    rule: 'T21',
    file: ISSUE,
    find: '...(channel !== undefined && others.length === 0 && { channel }),',
    replace: '...(channel !== undefined && others.length >= 0 && { channel }),',
    tests: ISSUE_TESTS,
  },
  {
    name: 'leave the nonce out of the proof',
    rule: 'T21',
    file: ISSUE,
    find: '    ...(nonce !== undefined && { nonce }),\n',
    replace: '',
    tests: ISSUE_TESTS,
  },
  {
    name: 'make up a jti for every proof',
    rule: 'T21',
    file: SIGNER,
    find: `update(\`silent-auth-proof:\${requestId}\`)`,
    replace: `update(\`silent-auth-proof:\${requestId}:\${Math.random()}\`)`,
    tests: SIGNER_TESTS,
  },
  {
    name: 'publish the private proof key',
    rule: 'S9',
    file: SIGNER,
    find: 'const current = await toPublicKey(createPublicKey(privateKey), secret.kid);',
    replace: `const current = {
    ...privateKey.export({ format: 'jwk' }),
    ...(await toPublicKey(createPublicKey(privateKey), secret.kid)),
  };`,
    tests: SIGNER_TESTS,
  },
  {
    name: 'forget the previous proof key',
    rule: 'R14',
    file: SIGNER,
    find: 'published: isOther ? [current, previous] : [current]',
    replace: 'published: isOther ? [current] : [current]',
    tests: SIGNER_TESTS,
  },
  {
    name: 'sign a proof that is good for an hour',
    rule: 'T21',
    file: SIGNER,
    find: 'exp: claims.expiresAtSeconds,',
    replace: 'exp: claims.expiresAtSeconds + 3600,',
    tests: SIGNER_TESTS,
  },
  {
    name: 'sign a proof for anybody',
    rule: 'T21',
    file: SIGNER,
    find: 'aud: settings.audience,',
    replace: "aud: settings.audience && '*',",
    tests: SIGNER_TESTS,
  },
  {
    name: 'sign a proof that looks like any other JWT',
    rule: 'T21',
    file: SIGNER,
    find: 'typ: PROOF_TYPE, ',
    replace: '',
    tests: SIGNER_TESTS,
  },
  {
    name: 'sign with a key of any curve',
    rule: 'T21',
    file: SIGNER,
    find: " || crv !== 'P-256' ",
    replace: ' ',
    tests: SIGNER_TESTS,
  },
  {
    name: 'prove to whoever knows the request_id',
    rule: 'S7b',
    file: ISSUE,
    find: 'const entry = await ownEntry(token, { log });',
    replace: `const entry = await log.find(token.requestId);
  if (!entry || ownEntry.length === 0) throw refused();`,
    tests: ISSUE_TESTS,
  },
  {
    name: 'prove without the number being repeated',
    rule: 'T21',
    file: ISSUE,
    find: '    ...request,\n',
    replace: '    ...{ phoneNumber: facts.started.phoneNumberHash, ...request },\n',
    tests: ISSUE_TESTS,
  },
];
