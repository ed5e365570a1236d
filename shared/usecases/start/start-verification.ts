/** The start of a verification: everything that may be refused is refused before money is spent. */

import { Problem } from '../../domain/errors.ts';
import type { Started } from '../../domain/events.ts';
import type { ChannelSwitch } from '../../domain/ports/channel-switch.ts';
import type { Budget, Clock } from '../../domain/ports/clock.ts';
import type { PhoneNumbers } from '../../domain/ports/phone-numbers.ts';
import type { Random } from '../../domain/ports/random.ts';
import type { Telemetry } from '../../domain/ports/telemetry.ts';
import type { Identities, Tokens } from '../../domain/ports/tokens.ts';
import {
  type Entry,
  isOwnedBy,
  type VerificationLog,
} from '../../domain/ports/verification-log.ts';
import type { Vonage } from '../../domain/ports/vonage.ts';
import type { Caller, Guards, Intent } from '../../domain/ports.ts';
import { fold, isFinal, isOverdue, type Verification } from '../../domain/verification.ts';
import { type Channel, deadlineMs } from '../../domain/workflow.ts';
import { measureStart } from '../announce.ts';
import { neutralLimit, providerUnavailable, startInProgress } from '../refusals.ts';
import { type Claimed, claim, leaveUnresolved, type Replay, release } from './claim-start.ts';
import { planStart, type StartPlan, type StartRules } from './plan-start.ts';
import { type Created, type Requested, requestVerification } from './request-verification.ts';

/** A validated body of `POST /start` with its header. */
export interface StartRequest {
  /** E.164 with its `+`. */
  readonly phoneNumber: string;
  readonly email?: string;
  readonly channels?: readonly Channel[];
  readonly locale?: string;
  readonly nonce?: string;
  readonly result: 'json' | 'redirect';
  readonly idempotencyKey?: string;
}

export interface StartPorts {
  readonly log: VerificationLog;
  readonly guards: Guards;
  readonly tokens: Tokens;
  readonly identities: Identities;
  readonly phoneNumbers: PhoneNumbers;
  readonly vonage: Pick<Vonage, 'verify'>;
  readonly random: Random;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly rules: StartRules;
  /** @default no channel is ever switched off */
  readonly channelSwitch?: ChannelSwitch;
}

export interface StartedVerification {
  readonly clientToken: string;
  readonly verification: Verification;
  /** Of the number, for the log line; absent for test numbers and repeats. */
  readonly country?: string;
}

/**
 * Starts a verification, or answers a repeat of a start with the same idempotency key. The steps of
 * design §5: count the caller; claim intent, number and counters together; ask Vonage; append
 * `started`. Whatever refuses gives back what the others took.
 */
export async function startVerification(
  request: StartRequest,
  caller: Caller,
  ports: StartPorts,
  budget: Budget,
): Promise<StartedVerification> {
  try {
    const switchedOff = ports.channelSwitch?.switchedOff();
    const plan = planStart(request, ports);
    const claimed = await claim(request, plan, caller, ports);
    if (claimed.outcome === 'replay') return await replay(request, plan, claimed, caller, ports);
    return await carryOut(request, claimed, caller, ports, budget, await switchedOff);
  } catch (error) {
    if (error instanceof Problem) {
      ports.telemetry.measure({ name: 'StartRefused', dimensions: { reason: error.code } });
    }
    throw error;
  }
}

async function carryOut(
  request: StartRequest,
  claimed: Claimed,
  caller: Caller,
  ports: StartPorts,
  budget: Budget,
  switchedOff: readonly Channel[] | undefined,
): Promise<StartedVerification> {
  const { clock, telemetry } = ports;
  const { intent } = claimed;
  const ask = async (): Promise<{ readonly plan: StartPlan; readonly answer: Requested }> => {
    const plan = planStart(request, ports, switchedOff);
    return { plan, answer: await requestVerification(plan, claimed, ports, budget) };
  };
  const { plan, answer } = await ask().catch(async (error) => {
    await release(request, intent, ports);
    throw error;
  });
  if (answer.outcome === 'created') {
    return record(request, plan, answer, intent, caller, ports);
  }
  if (answer.outcome === 'unknown') {
    await leaveUnresolved(request, intent, ports);
    throw providerUnavailable();
  }
  await release(request, intent, ports);
  switch (answer.outcome) {
    case 'in_flight':
      telemetry.measure({ name: 'Limited', dimensions: { limit: 'phone_number' } });
      throw neutralLimit(clock.now() + IN_FLIGHT_WAIT_MS, clock.now());
    case 'network_unsupported':
      throw new Problem('network_unsupported', 'Vonage cannot try silent_auth on this network');
    case 'number_refused':
      throw new Problem('phone_number_refused', 'Vonage refused the number');
    default:
      throw providerUnavailable();
  }
}

/** What a verification of somebody else that we know nothing of may still take. */
const IN_FLIGHT_WAIT_MS = 30_000;

/**
 * Vonage has created it: from here on only our own stores can fail, and a repeat heals that. An adopted
 * one may be another start's after all; its log decides that before anything else is told of it.
 */
async function record(
  request: StartRequest,
  plan: StartPlan,
  created: Created,
  intent: Intent,
  caller: Caller,
  ports: StartPorts,
): Promise<StartedVerification> {
  const { log, tokens, clock, telemetry } = ports;
  const { requestId } = created;
  const { token, hash } = await tokens.derive(requestId, intent.idempotencyKey, intent.tokenKeyId);
  const started = await toStarted(request, plan, created, caller, ports);
  const nowMs = clock.now();
  const tellGuards = () => recordInGuards(request, intent, requestId, started, ports);
  const [appended] = await Promise.all([
    log.append(requestId, started, hash),
    !created.isAdopted && tellGuards(),
  ]);
  if (appended.outcome === 'unauthorized' || appended.outcome === 'full') {
    // Another start owns it: nothing of it may be given away (S7b).
    await leaveUnresolved(request, intent, ports);
    throw providerUnavailable();
  }
  if (created.isAdopted) await tellGuards();
  const verification = viewOf(requestId, appended.entry.events, nowMs);
  measureStart(verification, telemetry);
  const { country } = plan;
  return { clientToken: token, verification, ...(country !== undefined && { country }) };
}

async function recordInGuards(
  request: StartRequest,
  intent: Intent,
  requestId: string,
  { atMs, workflow, channelTimeoutSeconds }: Started,
  ports: StartPorts,
): Promise<void> {
  const { guards, clock } = ports;
  const liveUntilMs = deadlineMs(atMs, workflow, channelTimeoutSeconds);
  await Promise.all([
    guards.recordPhoneNumber(request.phoneNumber, intent.owner, { requestId, liveUntilMs }),
    request.idempotencyKey !== undefined && guards.recordIntent(intent, requestId, clock.now()),
  ]);
}

async function toStarted(
  request: StartRequest,
  { workflow }: StartPlan,
  { checkUrl, silentAuthSkipped, isAdopted }: Created,
  { subject }: Caller,
  { identities, clock, rules }: StartPorts,
): Promise<Started> {
  const [phoneNumberHash, emailHash] = await Promise.all([
    identities.hash('phone_number', request.phoneNumber),
    request.email === undefined ? undefined : identities.hash('email', request.email),
  ]);
  const withoutCheckUrl = rules.coverageCheck && !isAdopted && checkUrl === undefined;
  return {
    type: 'started',
    atMs: clock.now(),
    workflow,
    channelTimeoutSeconds: rules.channelTimeoutSeconds,
    codeLength: rules.codeLength,
    afterUserRejected: rules.afterUserRejected,
    method: request.result === 'redirect' ? 'navigate' : 'fetch',
    networkUnsupported:
      workflow[0] === 'silent_auth' &&
      (silentAuthSkipped || (withoutCheckUrl && workflow.length > 1)),
    phoneNumberHash,
    ...(checkUrl !== undefined && { checkUrl }),
    ...(emailHash !== undefined && { emailHash }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    ...(subject !== undefined && { subject }),
  };
}

/**
 * The same start again: the same request_id and token with the object as it is now, and no call. The
 * end of the verification ends this too, so that a stolen key yields no token (T20).
 */
async function replay(
  request: StartRequest,
  plan: StartPlan,
  replayed: Replay,
  caller: Caller,
  ports: StartPorts,
): Promise<StartedVerification> {
  const { log, tokens, clock } = ports;
  const { requestId, tokenKeyId, recordedAtMs } = replayed;
  const nowMs = clock.now();
  const { token, hash } = await tokens.derive(requestId, request.idempotencyKey ?? '', tokenKeyId);
  let entry = await log.find(requestId);
  if (!entry?.events.some(({ type }) => type === 'started')) {
    if (nowMs < recordedAtMs + WRITTEN_WITHIN_MS) throw startInProgress(nowMs, nowMs);
    entry = await appendLostStart(request, plan, requestId, hash, caller, ports);
  }
  // Another start may have adopted it while this one was writing: nothing of it is given away (S7b).
  if (!isOwnedBy(entry, { requestId, hash })) throw providerUnavailable();
  const facts = fold(requestId, entry.events, nowMs)?.facts;
  if (facts && isOverdue(facts, nowMs)) {
    const appended = await log.append(requestId, { type: 'deadline', atMs: nowMs });
    if (appended.outcome !== 'unauthorized') entry = appended.entry;
  }
  const verification = viewOf(requestId, entry.events, nowMs);
  if (isFinal(verification)) {
    throw new Problem('verification_closed', 'the verification of this start has ended');
  }
  return { clientToken: token, verification };
}

/** Longer than our own writes take, with every try of them. */
const WRITTEN_WITHIN_MS = 10_000;

/** The intent was recorded and the store lost `started`, which the same body makes once more. */
async function appendLostStart(
  request: StartRequest,
  plan: StartPlan,
  requestId: string,
  tokenHash: Uint8Array,
  caller: Caller,
  ports: StartPorts,
): Promise<Entry> {
  const created = {
    outcome: 'created',
    requestId,
    silentAuthSkipped: false,
    isAdopted: true,
  } as const;
  const started = await toStarted(request, plan, created, caller, ports);
  const appended = await ports.log.append(requestId, started, tokenHash);
  if (appended.outcome === 'unauthorized' || appended.outcome === 'full')
    throw providerUnavailable();
  return appended.entry;
}

function viewOf(
  requestId: string,
  events: Parameters<typeof fold>[1],
  nowMs: number,
): Verification {
  const folded = fold(requestId, events, nowMs);
  if (!folded) throw new Error('a start was appended and is not in the log');
  return folded.verification;
}
