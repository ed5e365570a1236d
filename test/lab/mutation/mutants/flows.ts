/** The ways through a verification besides the code: cancelling, leaving, listening, starting again. */

import type { Mutant } from '../mutant.ts';

const SKIP = 'shared/usecases/skip-channel.ts';
const CLAIM = 'shared/usecases/start/claim-start.ts';
const COUNTED_ON = 'shared/usecases/start/counted-on.ts';
const LOCK_NUMBER = 'shared/usecases/start/lock-phone-number.ts';
const PLAN = 'shared/usecases/start/plan-start.ts';
const TRANSITIONS = 'shared/domain/transitions.ts';

const SKIP_TESTS = ['test/unit/shared/usecases/skip-channel.test.ts'];
const CLAIM_TESTS = ['test/unit/shared/usecases/start/claim-start.test.ts'];
const PLAN_TESTS = ['test/unit/shared/usecases/start/plan-start.test.ts'];
const FOLD_TESTS = ['test/unit/shared/domain/fold.test.ts'];

export const FLOW_MUTANTS: readonly Mutant[] = [
  {
    name: 'cancel at Vonage before the write',
    rule: 'S2',
    file: 'shared/usecases/cancel-verification.ts',
    find: '  const cancelled = await record(needs, requestId, event, hash);\n',
    replace: `  await needs.vonage.cancel(requestId, budget);
  const cancelled = await record(needs, requestId, event, hash);
`,
    tests: ['test/unit/shared/usecases/cancel-verification.test.ts'],
  },
  {
    name: 'cancel after the deadline',
    rule: 'L1',
    file: TRANSITIONS,
    find: 'cancelled: when(isInTime, withEnd),',
    replace: 'cancelled: withEnd,',
    tests: FOLD_TESTS,
  },
  {
    name: 'believe a channel that nobody asked for',
    rule: 'S1',
    file: TRANSITIONS,
    find: 'if (channel !== undefined && !facts.started.workflow.includes(channel)) return facts;',
    replace: '',
    tests: FOLD_TESTS,
  },
  {
    name: 'show the check_url again while its code is with Vonage',
    rule: 'S6',
    file: 'shared/domain/view.ts',
    find: 'facts.checkUrl === undefined || checking',
    replace: 'facts.checkUrl === undefined',
    tests: FOLD_TESTS,
  },
  {
    name: 'keep the first check_url for ever',
    rule: 'S4',
    file: TRANSITIONS,
    find: 'return checkUrl === undefined ? facts : { ...facts, checkUrl };',
    replace: 'return { checkUrl, ...facts };',
    tests: FOLD_TESTS,
  },
  {
    name: 'leave silent_auth at the first refusal of the carrier',
    rule: 'R3',
    file: SKIP,
    find: 'return reported.atMs < reportedAtMs + REJECTION_WAIT_MS ? verification : undefined;',
    replace: 'return reported.atMs < reportedAtMs ? verification : undefined;',
    tests: SKIP_TESTS,
  },
  {
    name: 'answer 200 although Vonage did not move on',
    rule: 'R9',
    file: SKIP,
    find: 'throw providerUnavailable(refused.folded.verification);',
    replace: 'return refused.folded.verification;',
    tests: SKIP_TESTS,
  },
  {
    name: 'leave the last channel',
    rule: 'R5',
    file: SKIP,
    find: 'if (!isFinal(verification) && isLast && verification.channel === channel) {',
    replace: 'if (!isFinal(verification) && isLast && verification.channel !== channel) {',
    tests: SKIP_TESTS,
  },
  {
    name: 'show an open verification after its deadline to a socket',
    rule: 'L1',
    file: 'shared/usecases/subscribe.ts',
    find: 'await expireIfOverdue(registered, needs)',
    replace: '(expireIfOverdue, registered)',
    tests: ['test/unit/shared/usecases/subscribe.test.ts'],
  },
  {
    name: 'close what an earlier code may still complete',
    rule: 'R7',
    file: 'shared/usecases/check-code.ts',
    find: "if (verification.status === 'checking') return verification;",
    replace: '',
    tests: ['test/unit/shared/usecases/check-code.test.ts'],
  },
  {
    name: 'take another workflow for the same start',
    rule: 'S3',
    file: CLAIM,
    find: '[phoneNumber, email, plan.asked, locale, nonce, result, subject]',
    replace: '[phoneNumber, email, plan.asked.length, locale, nonce, result, subject]',
    tests: CLAIM_TESTS,
  },
  {
    name: 'take another nonce for the same start',
    rule: 'T21',
    file: CLAIM,
    find: '[phoneNumber, email, plan.asked, locale, nonce, result, subject]',
    replace: '[phoneNumber, email, plan.asked, locale, result, subject]',
    tests: CLAIM_TESTS,
  },
  {
    name: 'give the start of one subject to another',
    rule: 'S7b',
    file: CLAIM,
    find: '[phoneNumber, email, plan.asked, locale, nonce, result, subject]',
    replace: '[phoneNumber, email, plan.asked, locale, nonce, result]',
    tests: CLAIM_TESTS,
  },
  {
    name: 'count every spelling of an e-mail address by itself',
    rule: 'T8',
    file: COUNTED_ON,
    find: 'value: canonicalMailbox(email), caller',
    replace: 'value: canonicalMailbox ? email : email, caller',
    tests: CLAIM_TESTS,
  },
  {
    name: 'count every number of a prefix by itself',
    rule: 'T8',
    file: COUNTED_ON,
    find: 'phoneNumber.slice(0, -4)',
    replace: 'phoneNumber',
    tests: CLAIM_TESTS,
  },
  {
    name: 'write a start again while it is being written',
    rule: 'R1',
    file: 'shared/usecases/start/replay-start.ts',
    find: 'if (nowMs < recordedAtMs + WRITTEN_WITHIN_MS) throw startInProgress(nowMs, nowMs);',
    replace: '',
    tests: ['test/unit/shared/usecases/start/start-outcomes.test.ts'],
  },
  {
    name: 'send a test number to another channel',
    rule: 'T19',
    file: PLAN,
    find: "(channels && channels.join() !== 'silent_auth')",
    replace: '(channels && channels.length > 99)',
    tests: PLAN_TESTS,
  },
  {
    name: 'let the app reorder the channels',
    rule: 'T8',
    file: PLAN,
    find: 'place <= (inOrder[index - 1] ?? -1)',
    replace: 'place < -1',
    tests: PLAN_TESTS,
  },
  {
    name: 'do not count a foreign request_id',
    rule: 'T2',
    file: 'shared/usecases/abort-verification.ts',
    find: "needs.telemetry.measure({ name: 'RequestIdMismatch' });",
    replace: '',
    tests: ['test/unit/shared/usecases/check-code.test.ts'],
  },
  {
    name: 'promise tries that silent_auth does not have',
    rule: 'S6',
    file: 'shared/usecases/check-code.ts',
    find: 'attemptsRemaining: isOver ? 0 : pinAttemptsRemaining(facts),',
    replace: 'attemptsRemaining: isOver ? pinAttemptsRemaining(facts) : 0,',
    tests: ['test/unit/shared/usecases/check-code.test.ts'],
  },
  {
    name: 'push nothing when the answer to a check was lost',
    rule: 'S4',
    file: 'shared/usecases/check-code.ts',
    find: `  if (outcome === 'unknown') {
    await publishChange(submitted, needs);`,
    replace: "  if (outcome === 'unknown') {",
    tests: ['test/unit/shared/usecases/check-code.test.ts'],
  },
  {
    name: 'make the token of a repeat with the newest key',
    rule: 'R14',
    file: 'shared/usecases/start/replay-start.ts',
    find: 'tokens.derive(requestId, key, tokenKeyId);',
    replace: 'tokens.derive(requestId, key, tokenKeyId && undefined);',
    tests: ['test/unit/shared/usecases/start/start-outcomes.test.ts'],
  },
  {
    name: 'record an adopted verification before its log',
    rule: 'S7b',
    file: 'shared/usecases/start/record-start.ts',
    find: 'const writes = isAdopted ? [] : [recordNow()];',
    replace: 'const writes = [recordNow()];',
    tests: ['test/unit/shared/usecases/start/start-outcomes.test.ts'],
  },
  {
    name: 'pass over a live verification that still runs',
    rule: 'S7',
    file: LOCK_NUMBER,
    find: '  if (!folded || !(isFinal(folded.verification) || isOverdue(folded.facts, clock.now()))) {',
    replace:
      '  if (!folded || !(isFinal(folded.verification) || isOverdue(folded.facts, clock.now()) || folded)) {',
    tests: CLAIM_TESTS,
  },
  {
    name: 'come back to a channel that was passed over',
    rule: 'S2',
    file: 'shared/domain/steps.ts',
    find: 'index < lastHeardOf ? passedOver(facts)',
    replace: 'index < lastHeardOf - 99 ? passedOver(facts)',
    tests: FOLD_TESTS,
  },
];
