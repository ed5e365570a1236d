/** The log, its writes and whoever hears of them. */

import type { Mutant } from '../mutant.ts';

const APPEND = 'shared/adapters/dynamodb/append.ts';
const LOG = 'shared/adapters/dynamodb/verification-log.ts';
const FACT_KEYS = 'shared/domain/fact-keys.ts';
const PUBLISH = 'shared/usecases/publish-change.ts';
const PUSH = 'shared/usecases/push-to-sockets.ts';
const EXPIRE = 'shared/usecases/expire-if-overdue.ts';

const LOG_TESTS = [
  'test/unit/shared/adapters/dynamodb/verification-log.test.ts',
  'test/unit/shared/adapters/dynamodb/verification-log.dynalite.test.ts',
];
const PUBLISH_TESTS = ['test/unit/shared/usecases/publish-change.test.ts'];
const EXPIRE_TESTS = ['test/unit/shared/usecases/expire-if-overdue.test.ts'];
const PUSHER_TESTS = ['test/unit/shared/adapters/websocket/pusher.test.ts'];

export const LOG_MUTANTS: readonly Mutant[] = [
  {
    name: 'forget the seen-set',
    rule: 'S5',
    file: APPEND,
    find: `    conditions.push(\`NOT contains(#seen, :known\${index})\`);\n`,
    replace: `    conditions.push(\`attribute_type(#seen, :known\${index}) OR attribute_not_exists(#nothing)\`);\n`,
    tests: LOG_TESTS,
  },
  {
    name: 'tell events apart by their time',
    rule: 'S5',
    file: FACT_KEYS,
    find: `return [\`e:\${event.channel}:\${event.outcome}\`];`,
    replace: `return [\`e:\${event.channel}:\${event.outcome}:\${event.atMs}\`];`,
    tests: ['test/unit/shared/domain/fact-keys.test.ts'],
  },
  {
    name: 'let clients fill the log',
    rule: 'L1',
    file: APPEND,
    find: 'isCausedByClient(event) ? CLIENT_ROOM : ROOM',
    replace: 'isCausedByClient(event) ? ROOM : ROOM',
    tests: LOG_TESTS,
  },
  {
    name: 'let the log grow for ever',
    rule: 'L1',
    file: APPEND,
    find: "const conditions = ['(attribute_not_exists(#events) OR size(#events) < :room)'];",
    replace:
      "const conditions = ['(attribute_not_exists(#events) OR size(#events) < :room OR size(#events) >= :room)'];",
    tests: LOG_TESTS,
  },
  {
    name: 'write for a foreign token',
    rule: 'S8',
    file: APPEND,
    find: ": '#hash = :hash');",
    replace: ": 'attribute_exists(#hash) OR #hash = :hash');",
    tests: LOG_TESTS,
  },
  {
    name: 'read a log that may be old',
    rule: 'L2',
    file: 'shared/adapters/dynamodb/table.ts',
    find: 'ConsistentRead: true',
    replace: 'ConsistentRead: false',
    tests: LOG_TESTS,
  },
  {
    name: 'keep what only webhooks have made for two days',
    rule: 'R1',
    file: APPEND,
    find: 'const UNSTARTED_TTL_SECONDS = 3600;',
    replace: 'const UNSTARTED_TTL_SECONDS = 48 * 3600;',
    tests: LOG_TESTS,
  },
  {
    name: 'subscribe by a read before the write',
    rule: 'L2',
    file: LOG,
    find: "if (written) return { outcome: 'subscribed', entry: toEntry(requestId, written) };",
    replace: '',
    tests: LOG_TESTS,
  },
  {
    name: 'subscribe to the verification of another',
    rule: 'T12',
    file: LOG,
    find: "'#hash = :hash AND (attribute_not_exists(#connections) OR ' +",
    replace:
      "'(#hash = :hash OR attribute_exists(#hash)) AND (attribute_not_exists(#connections) OR ' +",
    tests: LOG_TESTS,
  },
  {
    name: 'bring a removed verification back',
    rule: 'R18',
    file: LOG,
    find: "condition: 'attribute_exists(#key)',",
    replace: "condition: 'attribute_exists(#key) OR attribute_not_exists(#key)',",
    tests: LOG_TESTS,
  },
  {
    name: 'push before the write',
    rule: 'S4',
    file: 'shared/usecases/accept-webhook.ts',
    find: '  const appended = await log.append(requestId, event);\n',
    replace: `  const before = await log.find(requestId);
  const guess = before && { ...before, events: [...before.events, event] };
  const early = guess && fold(requestId, guess.events, event.atMs);
  if (guess && early) {
    await publishChange({ entry: guess, folded: early, atMs: event.atMs }, needs);
  }
  const appended = await log.append(requestId, event);
`,
    tests: ['test/unit/shared/usecases/accept-webhook.test.ts'],
  },
  {
    name: 'push nothing',
    rule: 'S4',
    file: PUBLISH,
    find: '    pushToSockets(recorded, needs),\n',
    replace: '',
    tests: PUBLISH_TESTS,
  },
  {
    name: 'push what changed nothing',
    rule: 'S5',
    file: PUBLISH,
    find: 'if (!folded.changed) return notifyOfEndAgain(recorded, needs);',
    replace: 'if (!folded.verification) return notifyOfEndAgain(recorded, needs);',
    tests: PUBLISH_TESTS,
  },
  {
    name: 'do not forget a connection that is gone',
    rule: 'R10',
    file: PUSH,
    find: "results.filter(({ outcome }) => outcome === 'gone')",
    replace: "results.filter(({ outcome }) => outcome === 'delivered' && results.length < 0)",
    tests: PUBLISH_TESTS,
  },
  {
    name: 'forget a connection that only failed once',
    rule: 'R10',
    file: PUSH,
    find: "results.filter(({ outcome }) => outcome === 'gone')",
    replace: "results.filter(({ outcome }) => outcome !== 'delivered')",
    tests: PUBLISH_TESTS,
  },
  {
    name: 'fail when a connection cannot be forgotten',
    rule: 'R10',
    file: PUSH,
    find: 'await Promise.allSettled(gone.map(',
    replace: 'await Promise.all(gone.map(',
    tests: PUBLISH_TESTS,
  },
  {
    name: 'take a 410 for a failure',
    rule: 'R10',
    file: 'shared/adapters/websocket/pusher.ts',
    find: "outcome: status === GONE ? 'gone' : 'failed'",
    replace: "outcome: status === GONE ? 'failed' : 'failed'",
    tests: PUSHER_TESTS,
  },
  {
    name: 'wait for a socket without end',
    rule: 'R10',
    file: 'shared/adapters/aws/request.ts',
    find: 'timeoutMs: 1000 ',
    replace: 'timeoutMs: 1_000_000 ',
    tests: PUSHER_TESTS,
  },
  {
    name: 'wait for DynamoDB as long as it likes',
    rule: 'R12',
    file: 'shared/adapters/https/exchange.ts',
    find: '), timeoutMs);',
    replace: '), 1000 * timeoutMs);',
    tests: ['test/unit/shared/adapters/https/exchange.test.ts'],
  },
  {
    name: 'keep a signing key for ever',
    rule: 'R16',
    file: 'shared/adapters/aws/signature.ts',
    find: 'if (known?.name === name)',
    replace: 'if (known)',
    tests: ['test/unit/shared/adapters/aws/signature.test.ts'],
  },
  {
    name: 'append no deadline',
    rule: 'L1',
    file: EXPIRE,
    find: 'if (!isOverdue(folded.facts, atMs)) return recorded;',
    replace: 'if (!isOverdue(folded.facts, atMs) || atMs > 0) return recorded;',
    tests: EXPIRE_TESTS,
  },
  {
    name: 'append a deadline before its time',
    rule: 'L1',
    file: 'shared/domain/facts.ts',
    find: 'return !facts.final && nowMs >= expiresAtMs(facts);',
    replace: 'return !facts.final && nowMs >= expiresAtMs(facts) - 60_000;',
    tests: EXPIRE_TESTS,
  },
  {
    name: 'evict the newest connection',
    rule: 'R15',
    file: 'shared/usecases/subscribe.ts',
    find: 'toSorted(byConnectedAt)[0];',
    replace: 'toSorted(byConnectedAt).at(-1);',
    tests: ['test/unit/shared/usecases/subscribe.test.ts'],
  },
];
