/**
 * Vonage Verify v2 as a state machine in virtual time (protocol §1–§5, §7): requests, steps, codes,
 * the carrier. It knows nothing of our backend but what arrives over its API.
 */

import type { ChannelName } from '../../../../shared/config.ts';
import type { JsonObject } from '../history.ts';
import { BASE64URL, DIGITS, HEX, type Prng } from '../prng.ts';
import type { Carrier } from '../settings.ts';
import type { Surroundings } from '../wire.ts';
import { eventBody, summaryBody } from './callbacks.ts';
import type { Outcome, ProviderRequest, ProviderStep } from './provider-request.ts';

interface Asked {
  readonly workflow: readonly { readonly channel: ChannelName; readonly to: string }[];
  readonly clientRef: string;
  readonly channelTimeoutSeconds: number;
  readonly coverageCheck: boolean;
  /** `reuse_code` of any channel: the reading that is worst for us. */
  readonly sharesCode: boolean;
}

export interface Judged {
  readonly status: number;
  readonly body?: JsonObject;
}

/** What the handset receives at the end of the redirects. */
type CarrierAnswer =
  | { readonly status: 200; readonly requestId: string; readonly code: string }
  | { readonly status: 404 | 409 };

export interface Provider {
  readonly start: (asked: Asked) => Judged;
  readonly check: (requestId: string, code: string) => Judged;
  readonly next: (requestId: string) => Judged;
  readonly cancel: (requestId: string) => Judged;
  /** A handset with this number opens a check_url over mobile data. */
  readonly open: (checkUrl: string, number: string) => CarrierAnswer;
  /** The code of a request that was sent to an address, whose owner can read it. */
  readonly inbox: (requestId: string, address: string) => string | undefined;
  readonly find: (requestId: string) => ProviderRequest | undefined;
}

interface ProviderNeeds extends Surroundings {
  readonly carrierOf: (number: string) => Carrier;
  readonly send: (body: JsonObject) => void;
}

const SILENT_AUTH_MS = 60_000;
const PIN_TRIES = 3;
const CANCEL_FROM_MS = 30_000;

export function createProvider(needs: ProviderNeeds): Provider {
  const { scheduler, faults, prng, history, carrierOf, send } = needs;
  const requests = new Map<string, ProviderRequest>();
  const sent = new Map<string, string>();
  /** Readings of what Vonage leaves undocumented, one for the whole run. */
  const tellsPinSteps = prng.chance(0.3);
  const stopsAtRejection = prng.chance(0.2);
  const wrongSilentCode = prng.pick(['stay', 'next', 'end'] as const);
  const unsupportedWithOthers = prng.pick(['refuse', 'skip'] as const);

  const tell = (request: ProviderRequest, body: JsonObject): void => {
    request.events += 1;
    send(body);
  };

  const finish = (request: ProviderRequest, status: Outcome): void => {
    request.status = status;
    const { requestId, lock: number } = request;
    const { channel } = currentStep(request);
    history.record({ kind: 'provider', requestId, status, number, channel });
    tell(request, summaryBody(request, prng.chance(0.1)));
  };

  const endStep = (request: ProviderRequest, status: Outcome, isTold = true): void => {
    const step = currentStep(request);
    step.status = status;
    if (isTold && (step.channel === 'silent_auth' || tellsPinSteps)) {
      tell(request, eventBody(request, step.channel, status));
    }
    const isLast = request.current + 1 >= request.steps.length;
    const ends = status === 'completed' || (status === 'user_rejected' && stopsAtRejection);
    if (isLast || ends) finish(request, status);
    else begin(request, request.current + 1);
  };

  const begin = (request: ProviderRequest, index: number): void => {
    request.current = index;
    const step = currentStep(request);
    step.status = 'running';
    if (step.channel !== 'silent_auth') {
      const own = prng.text(DIGITS, 6);
      const earlier = request.steps.slice(0, index).find(isCoded);
      step.code = (request.sharesCode && earlier?.code) || own;
      sent.set(`${request.requestId}/${step.to}`, step.code);
    }
    const lastsMs =
      step.channel === 'silent_auth' ? SILENT_AUTH_MS : request.channelTimeoutSeconds * 1000;
    scheduler.after(lastsMs, () => {
      if (request.status === 'running' && request.current === index) endStep(request, 'expired');
    });
  };

  const liveOn = (lock: string): ProviderRequest | undefined =>
    [...requests.values()].find((known) => known.lock === lock && known.status === 'running');

  const start = (asked: Asked): Judged => {
    const [first, ...others] = asked.workflow;
    if (!first) return { status: 422 };
    const live = liveOn(first.to);
    if (live) {
      const body = faults.happens('odd_provider') ? {} : { request_id: live.requestId };
      return { status: 409, body };
    }
    const isUnsupported =
      first.channel === 'silent_auth' &&
      asked.coverageCheck &&
      carrierOf(first.to) === 'unsupported';
    if (isUnsupported && (others.length === 0 || unsupportedWithOthers === 'refuse')) {
      return { status: 412 };
    }
    const request = create(asked, first.to, prng, scheduler.now());
    requests.set(request.requestId, request);
    const { requestId, checkUrl, lock: number } = request;
    history.record({ kind: 'provider', requestId, status: 'created', number });
    if (isUnsupported) currentStep(request).status = 'failed';
    begin(request, isUnsupported ? 1 : 0);
    const isSilent = first.channel === 'silent_auth' && !isUnsupported;
    if (isSilent) tell(request, eventBody(request, 'silent_auth', 'action_pending', checkUrl));
    if (isSilent && carrierOf(first.to) === 'unsupported') {
      scheduler.after(prng.between(50, 2000), () => {
        if (request.status === 'running' && request.current === 0) endStep(request, 'failed');
      });
    }
    const told = isSilent && prng.chance(0.7) ? { check_url: checkUrl } : {};
    return { status: 202, body: { request_id: requestId, ...told } };
  };

  const check = (requestId: string, code: string): Judged => {
    const request = requests.get(requestId);
    if (request?.status !== 'running') return { status: 404 };
    const step = currentStep(request);
    if (step.code === undefined) return { status: 409, body: { type: '#no-code' } };
    if (step.code === code) {
      endStep(request, 'completed');
      return { status: 200, body: { request_id: requestId, status: 'completed' } };
    }
    if (step.channel === 'silent_auth') {
      if (wrongSilentCode === 'next') endStep(request, 'failed');
      if (wrongSilentCode !== 'end') return { status: 400 };
    } else {
      request.wrongCodes += 1;
      if (request.wrongCodes < PIN_TRIES) return { status: 400 };
    }
    step.status = 'failed';
    finish(request, 'failed');
    return { status: 410 };
  };

  const next = (requestId: string): Judged => {
    const request = requests.get(requestId);
    if (request?.status !== 'running') return { status: 404 };
    if (faults.happens('odd_provider')) {
      return { status: 409, body: { detail: 'The operation cannot be performed at this time.' } };
    }
    if (request.current + 1 >= request.steps.length) {
      return { status: 409, body: { detail: 'There are no more events left to trigger.' } };
    }
    endStep(request, 'failed', prng.chance(0.5));
    return { status: 200 };
  };

  const cancel = (requestId: string): Judged => {
    const request = requests.get(requestId);
    if (request?.status !== 'running') return { status: 404 };
    const isTooEarly = scheduler.now() < request.startedAtMs + CANCEL_FROM_MS;
    if (isTooEarly || request.events > 1) return { status: 409 };
    currentStep(request).status = 'cancelled';
    if (prng.chance(0.5)) finish(request, 'cancelled');
    else request.status = 'cancelled';
    return { status: 204 };
  };

  const open = (checkUrl: string, number: string): CarrierAnswer => {
    const request = [...requests.values()].find((known) => known.checkUrl === checkUrl);
    if (request?.status !== 'running' || request.current > 0) return { status: 404 };
    const step = currentStep(request);
    if (step.to !== number || carrierOf(number) === 'mismatches') {
      endStep(request, 'user_rejected');
      return { status: 409 };
    }
    if (carrierOf(number) === 'fails') {
      endStep(request, 'failed');
      return { status: 409 };
    }
    step.code ??= `${prng.text('abcdefghijkmnpqrstuvwxyz', 1)}${prng.text(`${DIGITS}ABCDEF`, 5)}`;
    return { status: 200, requestId: request.requestId, code: step.code };
  };

  return {
    start,
    check,
    next,
    cancel,
    open,
    inbox: (requestId, address) => sent.get(`${requestId}/${address}`),
    find: (requestId) => requests.get(requestId),
  };
}

function create(asked: Asked, lock: string, prng: Prng, nowMs: number): ProviderRequest {
  const part = (length: number): string => prng.text(HEX, length);
  const requestId = `${part(8)}-${part(4)}-4${part(3)}-a${part(3)}-${part(12)}`;
  return {
    requestId,
    clientRef: asked.clientRef,
    lock,
    steps: asked.workflow.map(({ channel, to }) => ({ channel, to, status: 'unused' })),
    channelTimeoutSeconds: asked.channelTimeoutSeconds,
    startedAtMs: nowMs,
    sharesCode: asked.sharesCode,
    checkUrl: `https://api-eu.vonage.com/v2/verify/${prng.text(BASE64URL, 24)}/silent-auth/redirect`,
    status: 'running',
    current: 0,
    wrongCodes: 0,
    events: 0,
  };
}

function isCoded({ channel, code }: ProviderStep): boolean {
  return channel !== 'silent_auth' && code !== undefined;
}

function currentStep(request: ProviderRequest): ProviderStep {
  const step = request.steps[request.current];
  if (!step) throw new Error('a request without a step');
  return step;
}
