/** What is checked before money is spent, and what a lost answer of Vonage may lead to. */

import type { Mutant } from '../mutant.ts';

const COUNTERS = 'shared/adapters/dynamodb/counters.ts';
const LOCK = 'shared/adapters/dynamodb/phone-lock.ts';
const INTENTS = 'shared/adapters/dynamodb/intents.ts';
const KEYS = 'shared/adapters/secrets/keys.ts';
const CLAIM = 'shared/usecases/claim-start.ts';
const REQUEST = 'shared/usecases/request-verification.ts';
const START = 'shared/usecases/start-verification.ts';

const GUARD_TESTS = [
  'test/shared/adapters/dynamodb/phone-lock.test.ts',
  'test/shared/adapters/dynamodb/guards.dynalite.test.ts',
];
const KEY_TESTS = ['test/shared/adapters/secrets/keys.test.ts'];
const CLAIM_TESTS = ['test/shared/usecases/claim-start.test.ts'];
const REQUEST_TESTS = ['test/shared/usecases/request-verification.test.ts'];
const START_TESTS = [
  'test/shared/usecases/start-outcomes.test.ts',
  'test/shared/usecases/start-verification.test.ts',
];
const SIMULATION = ['test/simulation/simulation.test.ts'];

export const START_MUTANTS: readonly Mutant[] = [
  {
    name: 'derive tokens without the request_id',
    rule: 'S7b',
    file: KEYS,
    find: "hmac(key, ['client_token', requestId, idempotencyKey])",
    replace: "hmac(key, ['client_token', idempotencyKey])",
    tests: KEY_TESTS,
  },
  {
    name: 'derive tokens without the idempotency key',
    rule: 'S7b',
    file: KEYS,
    find: "hmac(key, ['client_token', requestId, idempotencyKey])",
    replace: "hmac(key, ['client_token', requestId])",
    tests: KEY_TESTS,
  },
  {
    name: 'join the parts of an HMAC without bounds',
    rule: 'T10',
    file: KEYS,
    find: '.update(JSON.stringify(parts))',
    replace: ".update(parts.join(''))",
    tests: KEY_TESTS,
  },
  {
    name: 'forget the previous token key',
    rule: 'R14',
    file: KEYS,
    find: 'secret.previous_token_key ? [Buffer.from(secret.previous_token_key)] : []',
    replace: '[] as Buffer[]',
    tests: KEY_TESTS,
  },
  {
    name: 'store the idempotency key plain',
    rule: 'T20',
    file: INTENTS,
    find: "(await guardHmac(['intent', idempotencyKey])).toString('base64url')",
    replace: 'idempotencyKey',
    tests: GUARD_TESTS,
  },
  {
    name: 'store the phone number plain',
    rule: 'T10',
    file: LOCK,
    find: "(await guardHmac(['phone', phoneNumber])).toString('base64url')",
    replace: 'phoneNumber',
    tests: GUARD_TESTS,
  },
  {
    name: 'accept a short idempotency key',
    rule: 'T20',
    file: 'shared/contract/requests.ts',
    find: '/^[A-Za-z0-9_-]{22,64}$/',
    replace: '/^[A-Za-z0-9_-]{2,64}$/',
    tests: ['test/shared/contract/to-start-request.test.ts'],
  },
  {
    name: 'do not compare the body of a repeated start',
    rule: 'S3',
    file: INTENTS,
    find: "if (item.body_hash?.S !== bodyHash) return { outcome: 'other_body' };",
    replace: '',
    tests: GUARD_TESTS,
  },
  {
    name: 'let two repeats take over one start',
    rule: 'S7',
    file: INTENTS,
    find: "condition: '#state = :was_state AND #owner = :was_owner AND #until = :was_until',",
    replace:
      "condition: '#state <> :was_state OR (#state = :was_state AND #owner <> :was_owner) OR #until >= :was_until',",
    tests: GUARD_TESTS,
  },
  {
    name: 'let anybody finish a start',
    rule: 'S7',
    file: INTENTS,
    find: "condition: '#owner = :owner AND #state = :starting',",
    replace: "condition: '#owner <> :owner OR #state = :starting',",
    tests: GUARD_TESTS,
  },
  {
    name: 'release the lock of another start',
    rule: 'S7',
    file: LOCK,
    find: `        update: 'REMOVE #owner, #until DELETE #unresolved :starts',
        condition: '#owner = :owner',`,
    replace: `        update: 'REMOVE #owner, #until DELETE #unresolved :starts',
        condition: 'attribute_exists(#owner) OR #owner = :owner',`,
    tests: GUARD_TESTS,
  },
  {
    name: 'lock a number that is locked',
    rule: 'S7',
    file: LOCK,
    find: "'(attribute_not_exists(#until) OR #until <= :now) AND ' +",
    replace: "'(attribute_not_exists(#until) OR #until > :zero OR #until <= :now) AND ' +",
    tests: GUARD_TESTS,
  },
  {
    name: 'start beside a live verification',
    rule: 'S7',
    file: LOCK,
    find: `(attribute_not_exists(#request) OR #live <= :now\${supersede}) AND `,
    replace: `(attribute_not_exists(#request) OR #live <= :now OR #live > :now\${supersede}) AND `,
    tests: GUARD_TESTS,
  },
  {
    name: 'overwrite the live verification of a later start',
    rule: 'S7',
    file: LOCK,
    find: `          '#owner = :owner OR (attribute_not_exists(#owner) AND ' +
          '(attribute_not_exists(#request) OR #request = :request))',`,
    replace: `          '#owner = :owner OR attribute_not_exists(#owner) OR ' +
          'attribute_exists(#owner)',`,
    tests: GUARD_TESTS,
  },
  {
    name: 'forget that a number is contested',
    rule: 'S7b',
    file: LOCK,
    find: "return isContested ? { outcome: 'locked', contested: true } : { outcome: 'locked' };",
    replace: "return isContested ? { outcome: 'locked' } : { outcome: 'locked' };",
    tests: GUARD_TESTS,
  },
  {
    name: 'count beyond the limit',
    rule: 'S10',
    file: COUNTERS,
    find: "condition: 'attribute_not_exists(#count) OR #count < :limit',",
    replace: "condition: 'attribute_not_exists(#count) OR #count <= :limit',",
    tests: GUARD_TESTS,
  },
  {
    name: 'count every address of an IPv6 network by itself',
    rule: 'T8',
    file: COUNTERS,
    find: "const value = on.limit === 'address' ? addressKey(on.value) : on.value;",
    replace: "const value = on.limit === 'address' ? (addressKey, on.value) : on.value;",
    tests: GUARD_TESTS,
  },
  {
    name: 'give a count back more than once',
    rule: 'S10',
    file: COUNTERS,
    find: 'await onceTable().write(key, GIVE_BACK);',
    replace: 'await table.write(key, GIVE_BACK);',
    tests: GUARD_TESTS,
  },
  {
    name: 'send the giving back again when it gets no answer',
    rule: 'S10',
    file: 'shared/dependencies.ts',
    find: 'createDynamoDbClient(awsOptions(ENV.dynamodbEndpoint), 1),',
    replace: 'createDynamoDbClient(awsOptions(ENV.dynamodbEndpoint)),',
    tests: ['test/performance/round-trips.test.ts'],
  },
  {
    name: 'give back more than was counted',
    rule: 'S10',
    file: COUNTERS,
    find: "condition: '#count > :zero',",
    replace: "condition: '#count >= :zero OR attribute_not_exists(#count)',",
    tests: GUARD_TESTS,
  },
  {
    name: 'refuse a start that could not give back',
    rule: 'R12',
    file: COUNTERS,
    find: 'if (!(error instanceof Problem)) throw error;',
    replace: 'throw error instanceof Problem ? error : error;',
    tests: GUARD_TESTS,
  },
  {
    name: 'count all windows as one',
    rule: 'S10',
    file: COUNTERS,
    find: `.toString('base64url')}#\${window}\`;`,
    replace: `.toString('base64url')}#\${window - window}\`;`,
    tests: GUARD_TESTS,
  },
  {
    name: 'count the caller after all the others',
    rule: 'T9',
    file: CLAIM,
    find: `  if (counted.outcome === 'refused') {
    telemetry.measure`,
    replace: `  if (counted.outcome === 'refused') {
    await guards.lockPhoneNumber(request.phoneNumber, 'nobody', nowMs);
    telemetry.measure`,
    tests: CLAIM_TESTS,
  },
  {
    name: 'keep what a refused start has counted',
    rule: 'T8',
    file: CLAIM,
    find: "counts[index]?.outcome === 'counted' && guards.uncount(on, nowMs),",
    replace: "counts[index]?.outcome === 'counted' && nowMs > 0,",
    tests: CLAIM_TESTS,
  },
  {
    name: 'give back what was refused',
    rule: 'S10',
    file: CLAIM,
    find: "counts[index]?.outcome === 'counted' && guards.uncount(on, nowMs),",
    replace: 'counts[index] && guards.uncount(on, nowMs),',
    tests: CLAIM_TESTS,
  },
  {
    name: 'give back to the window of another time',
    rule: 'S10',
    file: CLAIM,
    find: 'guards.uncount(on, nowMs),',
    replace: 'guards.uncount(on, clock.now()),',
    tests: CLAIM_TESTS,
  },
  {
    name: 'give back what a start that goes on has counted',
    rule: 'S10',
    file: CLAIM,
    find: '  if (isClaimed && !refused) {\n',
    replace: `  if (isClaimed && !refused) {
    await Promise.all(counters.map((on) => guards.uncount(on, nowMs)));
`,
    tests: CLAIM_TESTS,
  },
  {
    name: 'keep the lock of a refused start',
    rule: 'T9',
    file: CLAIM,
    find: `    lock.outcome === 'locked' &&
      !lock.isHeld &&`,
    replace: `    lock.outcome !== 'locked' &&
      lock.outcome !== 'live' &&`,
    tests: CLAIM_TESTS,
  },
  {
    name: 'keep the key of a refused start',
    rule: 'S3',
    file: CLAIM,
    find: 'isClaimed && request.idempotencyKey !== undefined && giveUpIntent(claimed, intent, ports),',
    replace:
      'isClaimed && request.idempotencyKey === undefined && giveUpIntent(claimed, intent, ports),',
    tests: CLAIM_TESTS,
  },
  {
    name: 'tell a live verification from a spent limit',
    rule: 'T9',
    file: 'shared/usecases/refusals.ts',
    find: 'retryAfterSeconds: Math.ceil(seconds / 30) * 30,',
    replace: 'retryAfterSeconds: seconds,',
    tests: CLAIM_TESTS,
  },
  {
    name: 'adopt although the number is contested',
    rule: 'S7b',
    file: CLAIM,
    find: "const mayAdopt = lock.outcome === 'locked' && !lock.contested;",
    replace: "const mayAdopt = lock.outcome === 'locked';",
    tests: CLAIM_TESTS,
  },
  {
    name: 'adopt what nobody may adopt',
    rule: 'S7b',
    file: REQUEST,
    find: 'answer.requestId !== undefined && mayAdopt) {',
    replace: 'answer.requestId !== undefined && (mayAdopt || !mayAdopt)) {',
    tests: REQUEST_TESTS,
  },
  {
    name: 'adopt without having lost an answer',
    rule: 'S7b',
    file: REQUEST,
    find: 'return isLost\n',
    replace: 'return requests >= 0\n',
    tests: REQUEST_TESTS,
  },
  {
    name: 'adopt what is in flight for an e-mail address',
    rule: 'S7b',
    file: REQUEST,
    find: "return first?.channel !== 'email';",
    replace: 'return first !== undefined;',
    tests: REQUEST_TESTS,
  },
  {
    name: 'answer a repeat with the verification of another',
    rule: 'S7b',
    file: START,
    find: 'if (!isOwnedBy(entry, { requestId, hash })) throw providerUnavailable();',
    replace: '',
    tests: START_TESTS,
  },
  {
    name: 'adopt a verification that another token owns',
    rule: 'S7b',
    file: START,
    find: "if (appended.outcome === 'unauthorized' || appended.outcome === 'full') {",
    replace: "if (appended.outcome === 'full') {",
    tests: START_TESTS,
  },
  {
    name: 'answer a start with the item of another',
    rule: 'S7b',
    file: 'shared/adapters/dynamodb/verification-log.ts',
    find: '  return isOwnedBy(item, tokenHash);\n',
    replace: '  return item !== undefined && isOwnedBy(item, tokenHash) !== undefined;\n',
    tests: ['test/shared/adapters/dynamodb/verification-log.dynalite.test.ts'],
  },
  {
    name: 'do not ask again without silent_auth after a 412',
    rule: 'R9',
    file: REQUEST,
    find: '!silentAuthSkipped && workflow.length > 1) {',
    replace: '!silentAuthSkipped && workflow.length > 99) {',
    tests: REQUEST_TESTS,
  },
  {
    name: 'reconcile a lost answer twice',
    rule: 'S7',
    file: REQUEST,
    find: "answer.outcome === 'unknown' && !isReconciled",
    replace: "answer.outcome === 'unknown' && (!isReconciled || isLost)",
    tests: REQUEST_TESTS,
  },
  {
    name: 'never reconcile a lost answer',
    rule: 'R6',
    file: REQUEST,
    find: "answer.outcome === 'unknown' && !isReconciled",
    replace: "answer.outcome === 'unknown' && !isReconciled && isTakeover",
    tests: REQUEST_TESTS,
  },
  {
    name: 'take a 5xx for a refusal',
    rule: 'R6',
    file: 'shared/adapters/vonage/answers.ts',
    find: `  if (status < 400 || status >= 500) return { outcome: 'unknown' };
  return { outcome: VERIFY_REFUSALS[status] ?? 'unavailable' };`,
    replace: `  return { outcome: VERIFY_REFUSALS[status] ?? 'unavailable' };`,
    tests: ['test/shared/adapters/vonage/client.test.ts'],
  },
  {
    name: 'call Vonage after the budget',
    rule: 'R6',
    file: 'shared/adapters/vonage/client.ts',
    find: 'if (bearer === undefined || clock.now() > lastCallAtMs) {',
    replace: 'if (bearer === undefined) {',
    tests: ['test/shared/adapters/vonage/client.test.ts'],
  },
  {
    name: 'do not sign anew after a 401',
    rule: 'R8',
    file: 'shared/adapters/vonage/client.ts',
    find: "if (answer.outcome !== 'answered' || answer.status !== 401) return answer;",
    replace: "if (answer.outcome !== 'answered' || answer.status > 0) return answer;",
    tests: ['test/shared/adapters/vonage/client.test.ts'],
  },
  {
    name: 'replay a start after the end',
    rule: 'T20',
    file: START,
    find: '  if (isFinal(verification)) {',
    replace: '  if (isFinal(verification) && verification.seq < 0) {',
    tests: START_TESTS,
  },
  {
    name: 'release a start of unknown fate',
    rule: 'R6',
    file: START,
    find: `  if (answer.outcome === 'unknown') {
    await leaveUnresolved(request, intent, ports);`,
    replace: `  if (answer.outcome === 'unknown') {
    await release(request, intent, ports);`,
    tests: START_TESTS,
  },
  {
    name: 'accept a country that the stage does not allow',
    rule: 'T8',
    file: 'shared/usecases/plan-start.ts',
    find: ': country !== undefined && rules.countries.includes(country);',
    replace: ': country !== undefined;',
    tests: START_TESTS,
  },
  {
    name: 'accept test numbers in production',
    rule: 'T19',
    file: 'shared/usecases/plan-start.ts',
    find: '    ? rules.playground\n',
    replace: '    ? true\n',
    tests: START_TESTS,
  },
  {
    name: 'call Vonage without the lock of the number',
    rule: 'S7',
    file: CLAIM,
    find: 'lockPhoneNumber(request.phoneNumber, intent.owner, nowMs, ports),',
    replace: "({ outcome: 'locked' }) as PhoneLock,",
    tests: SIMULATION,
  },
];
