/**
 * Holds all requests, one per number at a time. Calls and the clock change them; each change is
 * saved before it becomes visible.
 */
import type { Change, StateFile } from '../state-file.ts';
import type { Callback } from './callbacks.ts';
import { RANDOM, type Random } from './codes.ts';
import type { RequestFault } from './fault-rules.ts';
import type { Faults } from './faults.ts';
import type { Inbox, Message } from './inbox.ts';
import type { StartOrder } from './start.ts';
import { begin, expire, type Moment } from './steps.ts';
import type { Time } from './time.ts';
import {
  addressesOf,
  createVerification,
  isVerification,
  lockedAddresses,
  type Verification,
} from './verification.ts';
import { isDelivery, type Webhooks } from './webhooks.ts';

export type Started =
  | { readonly type: 'started'; readonly verification: Verification; readonly checkUrl?: string }
  | { readonly type: 'conflict'; readonly requestId?: string }
  | { readonly type: 'network_unsupported' }
  | { readonly type: 'locale_refused' };

export interface Requests {
  start(order: StartOrder, applicationId: string | null): Started;
  find(requestId: string): Verification | undefined;
  /** By the id in its check_url. */
  findByCheckUrl(checkUrlId: string): Verification | undefined;
  faultOf(verification: Verification): RequestFault;
  /** Runs one change, saves it, then sends its answer and webhooks. */
  change<T>(verification: Verification, act: (moment: Moment) => T): T;
  /** Loads a state file. */
  restore(): void;
}

export interface RequestsOptions {
  readonly time: Time;
  /** @default the system's */
  readonly random?: Random;
  readonly faults: Faults;
  readonly inbox: Inbox;
  readonly webhooks: Webhooks;
  readonly stateFile: StateFile;
  /** `http://127.0.0.1:3002`; known when the listener is open. */
  readonly origin: () => string;
}

/** How many finished requests are kept for inspection. */
const KEPT_FINISHED = 5_000;
const CANCELLABLE_FROM_SECONDS = 30;

export function createRequests(options: RequestsOptions): Requests {
  const { time, random = RANDOM, faults, inbox, webhooks, stateFile, origin } = options;
  const verifications = new Map<string, Verification>();
  const byCheckUrl = new Map<string, Verification>();
  const runningByAddress = new Map<string, Verification>();
  const timers = new Map<string, () => void>();
  const finished: string[] = [];

  function faultOf(verification: Verification): RequestFault {
    const { requestId } = verification;
    return faults.forRequest({ requestId, addresses: addressesOf(verification) });
  }

  function start(order: StartOrder, applicationId: string | null): Started {
    const requestId = random.id();
    const subject = { requestId, addresses: order.workflow.map(({ to }) => to) };
    faults.bind(subject);
    const fault = faults.forRequest(subject);
    const { locale } = order;
    if (locale !== undefined && fault.locales && !fault.locales.includes(locale)) {
      return { type: 'locale_refused' };
    }
    const other = findRunning(order, fault);
    if (other !== undefined) {
      return fault.conflict_request_id === false
        ? { type: 'conflict' }
        : { type: 'conflict', requestId: other.requestId };
    }
    const [first, ...rest] = order.workflow;
    const isCovered = fault.coverage !== 'unsupported' || first?.coverageCheck === false;
    const isSilent = first?.channel === 'silent_auth';
    if (isSilent && !isCovered && rest.length === 0) return { type: 'network_unsupported' };
    const verification = createVerification(order, {
      requestId,
      nowMs: time.now(),
      cancellableFromMs: time.now() + time.scaledMs(CANCELLABLE_FROM_SECONDS),
      applicationId,
      checkUrlId: fault.check_url_id === 'own' ? random.id() : requestId,
    });
    remember(verification);
    change(verification, (moment) => begin(verification, moment));
    const isInAnswer = fault.check_url_in !== 'webhook' && fault.check_url_in !== 'neither';
    return isSilent && isCovered && isInAnswer && !first.advanced
      ? { type: 'started', verification, checkUrl: checkUrl(verification, fault) }
      : { type: 'started', verification };
  }

  function findRunning(order: StartOrder, fault: RequestFault): Verification | undefined {
    if (fault.lock === 'none') return undefined;
    const taken = lockedAddresses(order).find((address) => runningByAddress.has(address));
    return taken === undefined ? undefined : runningByAddress.get(taken);
  }

  function remember(verification: Verification): void {
    verifications.set(verification.requestId, verification);
    byCheckUrl.set(verification.checkUrlId, verification);
  }

  function change<T>(verification: Verification, act: (moment: Moment) => T): T {
    const callbacks: Callback[] = [];
    const messages: Message[] = [];
    const fault = faultOf(verification);
    const wasRunning = verification.status === 'running';
    const result = act({
      nowMs: time.now(),
      random,
      fault,
      checkUrl: checkUrl(verification, fault),
      tokenUrl: `${origin()}/carrier/${verification.checkUrlId}/token`,
      scaledMs: time.scaledMs,
      report: (callback) => callbacks.push(callback),
      send: (message) => messages.push(message),
    });
    for (const message of messages) inbox.add(message);
    const addresses = addressesOf(verification);
    const { applicationId } = verification;
    const deliveries =
      applicationId === null
        ? []
        : callbacks.flatMap((callback) => webhooks.prepare(callback, addresses, applicationId));
    stateFile.save([
      toChange(verification),
      ...deliveries.map((delivery): Change => {
        return { kind: 'delivery', key: delivery.id, value: delivery };
      }),
    ]);
    if (wasRunning) follow(verification);
    webhooks.dispatch(deliveries);
    return result;
  }

  /** Updates lock and timer after a change of the verification. */
  function follow(verification: Verification): void {
    const { requestId, order, status, stepEndsAtMs } = verification;
    timers.get(requestId)?.();
    timers.delete(requestId);
    if (status !== 'running') {
      forget(verification);
      return;
    }
    for (const address of lockedAddresses(order)) runningByAddress.set(address, verification);
    const onTime = (): void => change(verification, (moment) => expire(verification, moment));
    timers.set(requestId, time.after(stepEndsAtMs - time.now(), onTime));
  }

  function forget(verification: Verification): void {
    for (const address of lockedAddresses(verification.order)) {
      if (runningByAddress.get(address) === verification) runningByAddress.delete(address);
    }
    finished.push(verification.requestId);
    if (finished.length <= 2 * KEPT_FINISHED) return;
    const old = finished.splice(0, KEPT_FINISHED);
    for (const requestId of old) {
      byCheckUrl.delete(verifications.get(requestId)?.checkUrlId ?? requestId);
      verifications.delete(requestId);
    }
    stateFile.save(old.map((key) => ({ kind: 'verification', key, value: null })));
  }

  function checkUrl({ requestId, checkUrlId }: Verification, fault: RequestFault): string {
    if (fault.check_url !== undefined) {
      return fault.check_url.replaceAll('{request_id}', requestId);
    }
    return `${origin()}/v2/verify/${checkUrlId}/silent-auth/redirect`;
  }

  return {
    start,
    find: (requestId) => verifications.get(requestId),
    findByCheckUrl: (checkUrlId) => byCheckUrl.get(checkUrlId),
    faultOf,
    change,
    restore() {
      for (const verification of stateFile.load('verification').filter(isVerification)) {
        remember(verification);
        for (const message of messagesOf(verification)) inbox.add(message);
        follow(verification);
      }
      webhooks.dispatch(stateFile.load('delivery').filter(isDelivery));
    },
  };
}

function toChange(verification: Verification): Change {
  return { kind: 'verification', key: verification.requestId, value: verification };
}

/** The messages that a person has received for a verification so far. */
function messagesOf({ requestId, workflow }: Verification): readonly Message[] {
  return workflow.flatMap(({ order, code, initiatedAt }) =>
    order.channel === 'silent_auth' || code === undefined || initiatedAt === undefined
      ? []
      : [{ to: order.to, channel: order.channel, code, request_id: requestId, at: initiatedAt }],
  );
}
