/** Takes everything that a start must hold before Vonage is asked, or gives all of it back. */

import { Problem } from '../../domain/errors.ts';
import type {
  Caller,
  CountedOn,
  Intent,
  IntentClaim,
  PhoneLock,
  Refusal,
} from '../../domain/ports.ts';
import { fold, isFinal, isOverdue } from '../../domain/verification.ts';
import { neutralLimit, startInProgress } from '../refusals.ts';
import type { StartPlan } from './plan-start.ts';
import type { StartPorts, StartRequest } from './start-verification.ts';

/** All that a start holds while it asks Vonage. */
export interface Claimed {
  readonly outcome: 'claimed';
  readonly intent: Intent;
  /** A start with the same key was lost on its way: Vonage may know it already. */
  readonly isTakeover: boolean;
  /** A request that is in flight at Vonage can only be this start's own. */
  readonly mayAdopt: boolean;
}

export interface Replay {
  readonly outcome: 'replay';
  readonly requestId: string;
  readonly tokenKeyId: string;
  readonly recordedAtMs: number;
}

/**
 * Counts the caller alone first: over that limit nothing else is touched. Then intent, number and
 * counters together; if one refuses, the others are given back. Answers in the order replay, 409,
 * 422, 429.
 */
export async function claim(
  request: StartRequest,
  plan: StartPlan,
  caller: Caller,
  ports: StartPorts,
): Promise<Claimed | Replay> {
  const { guards, clock, telemetry } = ports;
  const nowMs = clock.now();
  const callerCounter = counterOf(caller);
  const counted = await guards.count(callerCounter, nowMs);
  if (counted.outcome === 'refused') {
    telemetry.measure({ name: 'Limited', dimensions: { limit: callerCounter.limit } });
    throw neutralLimit(counted.retryAtMs, nowMs);
  }

  const intent = await toIntent(request, plan, caller, ports);
  const counters = countersOf(request);
  const [claimed, firstLock, ...counts] = await Promise.all([
    request.idempotencyKey === undefined
      ? ({ outcome: 'fresh' } as const)
      : guards.claimIntent(intent, nowMs),
    lockPhoneNumber(request.phoneNumber, intent.owner, nowMs, ports),
    ...counters.map((counter) => guards.count(counter, nowMs)),
  ]);
  const isClaimed = ['fresh', 'again', 'takeover'].includes(claimed.outcome);
  const lock = isClaimed ? await ownLock(firstLock, claimed, request, intent, ports) : firstLock;
  const refused = firstRefusal(lock, counters, counts);
  if (isClaimed && !refused) {
    const mayAdopt = lock.outcome === 'locked' && !lock.contested;
    return { outcome: 'claimed', intent, isTakeover: claimed.outcome === 'takeover', mayAdopt };
  }

  await Promise.all([
    lock.outcome === 'locked' &&
      lock.heldBy === undefined &&
      guards.releasePhoneNumber(request.phoneNumber, intent.owner, nowMs, true),
    ...counters.map(
      (on, index) => counts[index]?.outcome === 'counted' && guards.uncount(on, nowMs),
    ),
    isClaimed && request.idempotencyKey !== undefined && giveUpIntent(claimed, intent, ports),
  ]);
  const replay = answerIntent(claimed, nowMs);
  if (replay) return replay;
  telemetry.measure({ name: 'Limited', dimensions: { limit: refused?.limit ?? 'phone_number' } });
  throw neutralLimit(refused?.retryAtMs ?? nowMs, nowMs);
}

/** Nobody knows whether Vonage has it: a repeat takes over, and no other start may adopt it. */
export async function leaveUnresolved(
  request: StartRequest,
  intent: Intent,
  ports: StartPorts,
): Promise<void> {
  const { guards } = ports;
  await Promise.all([
    guards.unlockUnresolved(request.phoneNumber, intent.owner),
    request.idempotencyKey === undefined ? undefined : guards.markIntentUnknown(intent),
  ]);
}

/** Vonage certainly has nothing: number and intent are free again, the counts stay. */
export async function release(
  request: StartRequest,
  intent: Intent,
  ports: StartPorts,
): Promise<void> {
  const { guards, clock } = ports;
  await Promise.all([
    guards.releasePhoneNumber(request.phoneNumber, intent.owner, clock.now(), false),
    request.idempotencyKey === undefined ? undefined : guards.releaseIntent(intent),
  ]);
}

async function toIntent(
  request: StartRequest,
  { workflow }: StartPlan,
  { subject }: Caller,
  { tokens, random }: StartPorts,
): Promise<Intent> {
  const { phoneNumber, email, locale, nonce, result, idempotencyKey } = request;
  const key = idempotencyKey ?? random.nonce();
  const clientRef = await tokens.clientRef(key);
  return {
    idempotencyKey: key,
    body: JSON.stringify([phoneNumber, email, workflow, locale, nonce, result, subject]),
    clientRef,
    owner: `${clientRef}.${random.nonce()}`,
    tokenKeyId: await tokens.currentKeyId(),
  };
}

function counterOf({ subject, address }: Caller): CountedOn {
  return subject === undefined
    ? { limit: 'address', value: address }
    : { limit: 'subject', value: subject };
}

function countersOf({ phoneNumber, email }: StartRequest): readonly CountedOn[] {
  const prefix: CountedOn = { limit: 'prefix', value: phoneNumber.slice(0, -4) };
  return email === undefined ? [prefix] : [prefix, { limit: 'email', value: email.toLowerCase() }];
}

/** Tries of one start that may take the lock from each other while one of them makes it its own. */
const MAX_INHERITED = 3;

/**
 * The intent is ours, so an earlier try that holds the lock is over, or will find that it may not go
 * on; it may have inherited ours before, too. What it gave back is free for everybody.
 */
async function ownLock(
  first: PhoneLock,
  { outcome }: IntentClaim,
  { phoneNumber }: StartRequest,
  { owner }: Intent,
  ports: StartPorts,
): Promise<PhoneLock> {
  const { guards, clock } = ports;
  let lock = first;
  let isOurs = outcome === 'fresh';
  for (let tries = 0; tries < MAX_INHERITED; tries += 1) {
    if (lock.outcome !== 'locked' || (isOurs && lock.heldBy === undefined)) return lock;
    const nowMs = clock.now();
    const heldBy = lock.heldBy ?? owner;
    const inherited = await guards.inheritPhoneNumber(phoneNumber, owner, nowMs, heldBy);
    if (inherited.outcome === 'locked') return inherited;
    lock = await lockPhoneNumber(phoneNumber, owner, nowMs, ports);
    isOurs = true;
  }
  return lock.outcome === 'locked' && lock.heldBy !== undefined
    ? { outcome: 'refused', retryAtMs: clock.now() + 1000 }
    : lock;
}

/** A verification that has ended, which only its log can tell, does not hold the number. */
async function lockPhoneNumber(
  phoneNumber: string,
  owner: string,
  nowMs: number,
  { guards, log, clock }: StartPorts,
): Promise<PhoneLock> {
  const lock = await guards.lockPhoneNumber(phoneNumber, owner, nowMs);
  if (lock.outcome !== 'live') return lock;
  const entry = await log.find(lock.requestId);
  const folded = entry && fold(lock.requestId, entry.events, clock.now());
  if (!folded || !(isFinal(folded.verification) || isOverdue(folded.facts, clock.now()))) {
    return lock;
  }
  return guards.lockPhoneNumber(phoneNumber, owner, nowMs, lock.requestId);
}

interface FirstRefusal {
  readonly limit: string;
  readonly retryAtMs: number;
}

function firstRefusal(
  lock: PhoneLock,
  counters: readonly CountedOn[],
  counts: readonly ({ readonly outcome: 'counted' } | Refusal)[],
): FirstRefusal | undefined {
  if (lock.outcome !== 'locked') return { limit: 'phone_number', retryAtMs: lock.retryAtMs };
  for (const [index, count] of counts.entries()) {
    const limit = counters[index]?.limit;
    if (limit && count.outcome === 'refused') return { limit, retryAtMs: count.retryAtMs };
  }
  return undefined;
}

/** A lost start stays lost for the next repeat; a fresh claim leaves no trace. */
function giveUpIntent(
  { outcome }: IntentClaim,
  intent: Intent,
  { guards }: StartPorts,
): Promise<void> {
  return outcome === 'takeover' ? guards.markIntentUnknown(intent) : guards.releaseIntent(intent);
}

function answerIntent(claimed: IntentClaim, nowMs: number): Replay | undefined {
  switch (claimed.outcome) {
    case 'started': {
      const { requestId, tokenKeyId, recordedAtMs } = claimed;
      return { outcome: 'replay', requestId, tokenKeyId, recordedAtMs };
    }
    case 'in_progress':
      throw startInProgress(claimed.retryAtMs, nowMs);
    case 'other_body':
      throw new Problem('idempotency_mismatch', 'the idempotency key came with another body');
    default:
      return undefined;
  }
}
