/** Codes: how often one may be tried, for whom, and what it proves. */

import type { Mutant } from '../mutant.ts';

const CHECK = 'shared/usecases/check-code.ts';
const ATTEMPTS = 'shared/domain/attempts.ts';
const WORKFLOW = 'shared/domain/workflow.ts';
const TRANSITIONS = 'shared/domain/transitions.ts';
const DECISION = 'shared/domain/decision.ts';
const PROVEN = 'shared/domain/proven-channels.ts';

const CHECK_TESTS = ['test/unit/shared/usecases/check-code.test.ts'];
const FOLD_TESTS = [
  'test/unit/shared/domain/attempts.test.ts',
  'test/unit/shared/domain/decision.test.ts',
  'test/unit/shared/domain/fold.test.ts',
  'test/unit/shared/domain/orders.test.ts',
];

export const CODE_MUTANTS: readonly Mutant[] = [
  {
    name: 'do not compare the request_id of a code',
    rule: 'T2',
    file: CHECK,
    find: 'if (requestId !== token.requestId) {',
    replace: "if (requestId === '') {",
    tests: CHECK_TESTS,
  },
  {
    name: 'go on after a foreign request_id',
    rule: 'T2',
    file: TRANSITIONS,
    find: 'aborted: when(runsSilentAuth, withEnd),',
    replace: 'aborted: (facts) => facts,',
    tests: FOLD_TESTS,
  },
  {
    name: 'count attempts after the call',
    rule: 'T7',
    file: CHECK,
    find: '  const submitted = await record(needs, requestId, event, token.hash);\n',
    replace: `  await vonage.check(requestId, code, budget);
  const submitted = await record(needs, requestId, event, token.hash);
`,
    tests: CHECK_TESTS,
  },
  {
    name: 'ask Vonage about a code that was not admitted',
    rule: 'S6',
    file: CHECK,
    find: 'return attempts.some(({ id, admitted }) => id === attempt && admitted);',
    replace: 'return attempts.some(({ id, admitted }) => id === attempt || admitted);',
    tests: CHECK_TESTS,
  },
  {
    name: 'send a check again when its answer was lost',
    rule: 'R7',
    file: CHECK,
    find: "  if (outcome === 'unknown') {\n",
    replace: `  if (outcome === 'unknown') {
    await vonage.check(requestId, code, budget);
`,
    tests: CHECK_TESTS,
  },
  {
    name: 'take a lost check for a refused code',
    rule: 'R7',
    file: 'shared/adapters/vonage/answers.ts',
    find: `  if (status < 400 || status >= 500) return 'unknown';
  return CHECK_ANSWERS[status] ?? 'not_executed';`,
    replace: `  return CHECK_ANSWERS[status] ?? 'not_executed';`,
    tests: ['test/unit/shared/adapters/vonage/client.test.ts'],
  },
  {
    name: 'allow four PINs',
    rule: 'S6',
    file: WORKFLOW,
    find: 'export const PIN_ATTEMPTS = 3;',
    replace: 'export const PIN_ATTEMPTS = 4;',
    tests: FOLD_TESTS,
  },
  {
    name: 'allow two codes of silent_auth',
    rule: 'S6',
    file: WORKFLOW,
    find: 'export const SILENT_AUTH_ATTEMPTS = 1;',
    replace: 'export const SILENT_AUTH_ATTEMPTS = 2;',
    tests: FOLD_TESTS,
  },
  {
    name: 'give back a try that Vonage judged',
    rule: 'S6',
    file: ATTEMPTS,
    find: "admitted && outcome !== 'not_executed' && isForSilentAuth",
    replace: "admitted && outcome !== 'not_executed' && outcome !== 'rejected' && isForSilentAuth",
    tests: FOLD_TESTS,
  },
  {
    name: 'admit a code after the end',
    rule: 'S6',
    file: ATTEMPTS,
    find: 'admitted: !facts.final && isInTime && hasTriesLeft,',
    replace: 'admitted: isInTime && hasTriesLeft,',
    tests: FOLD_TESTS,
  },
  {
    name: 'admit a code after the deadline',
    rule: 'S6',
    file: ATTEMPTS,
    find: 'admitted: !facts.final && isInTime && hasTriesLeft,',
    replace: 'admitted: !facts.final && (isInTime || !isInTime) && hasTriesLeft,',
    tests: FOLD_TESTS,
  },
  {
    name: 'trust a webhook alone',
    rule: 'S1',
    file: TRANSITIONS,
    find: 'if (facts.proof?.channel !== undefined || !hasLiveAttempt(facts)) return facts;',
    replace:
      'if (facts.proof?.channel !== undefined || hasLiveAttempt === undefined) return facts;',
    tests: FOLD_TESTS,
  },
  {
    name: 'complete by a webhook after the code was refused',
    rule: 'S1',
    file: ATTEMPTS,
    find: "admitted && (outcome === 'open' || outcome === 'accepted')",
    replace: "admitted && (outcome !== 'exhausted')",
    tests: FOLD_TESTS,
  },
  {
    name: 'complete by a code that never went to Vonage',
    rule: 'S1',
    file: ATTEMPTS,
    find: "({ admitted, outcome }) => admitted && (outcome === 'open' || outcome === 'accepted')",
    replace: "({ outcome }) => outcome === 'open' || outcome === 'accepted'",
    tests: FOLD_TESTS,
  },
  {
    name: 'overwrite a final status',
    rule: 'S2',
    file: DECISION,
    find: `  const status = facts.final?.status ?? statusOf(facts);
  if (status === undefined) return facts;
  const final = facts.final ?? { status, atMs: facts.atMs };`,
    replace: `  const status = statusOf(facts);
  if (status === undefined) return facts;
  const final = { status, atMs: facts.atMs };`,
    tests: FOLD_TESTS,
  },
  {
    name: 'verify after another end',
    rule: 'S2',
    file: DECISION,
    find: 'const status = facts.final?.status ?? statusOf(facts);',
    replace: 'const status = statusOf(facts) ?? facts.final?.status;',
    tests: FOLD_TESTS,
  },
  {
    name: 'let a late end replace the first',
    rule: 'S2',
    file: DECISION,
    find: 'const final = facts.final ?? { status, atMs: facts.atMs };',
    replace: 'const final = { status, atMs: facts.atMs };',
    tests: FOLD_TESTS,
  },
  {
    name: 'let verified turn back',
    rule: 'S2',
    file: PROVEN,
    find: 'facts.verified.phoneNumber || (proven.length > 0 && proven.every(reachesPhoneNumber)),',
    replace: 'proven.length > 0 && facts.proof === undefined && proven.every(reachesPhoneNumber),',
    tests: FOLD_TESTS,
  },
  {
    name: 'prove a phone number by e-mail',
    rule: 'T21',
    file: WORKFLOW,
    find: "return channel !== 'email';",
    replace: 'return CHANNELS.includes(channel);',
    tests: FOLD_TESTS,
  },
  {
    name: 'prove a phone number that only may have been reached',
    rule: 'T21',
    file: PROVEN,
    find: 'proven.every(reachesPhoneNumber)',
    replace: 'proven.some(reachesPhoneNumber)',
    tests: FOLD_TESTS,
  },
  {
    name: 'let the clock bring a channel back',
    rule: 'S2',
    file: TRANSITIONS,
    find: 'check_url_issued: when(runsSilentAuth, withCheckUrl),',
    replace:
      'check_url_issued: (facts, event) => ({ ...withCheckUrl(facts, event), skipped: new Map() }),',
    tests: FOLD_TESTS,
  },
  {
    name: 'skip a channel when next-workflow is repeated',
    rule: 'R5',
    file: TRANSITIONS,
    find: 'return runs(facts, channel) && leadsOn;',
    replace: 'return runs(facts, facts.started.workflow[1] ?? channel) || leadsOn;',
    tests: FOLD_TESTS,
  },
];
