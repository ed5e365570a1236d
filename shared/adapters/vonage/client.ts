/**
 * Calls Vonage Verify v2: start, check, next_workflow and cancel. Each returns a definite answer or
 * `unknown`.
 */

import { setTimeout as pauseFor } from 'node:timers/promises';
import type { StartSettings } from '../../config.ts';
import type { Budget, Clock } from '../../domain/ports/clock.ts';
import type { Telemetry } from '../../domain/ports/telemetry.ts';
import type { NextAnswer, VerifyAnswer, VerifyRequest, Vonage } from '../../domain/ports/vonage.ts';
import { toCancelAnswer, toCheckAnswer, toNextAnswer, toVerifyAnswer } from './answers.ts';
import type { ApplicationJwt } from './application-jwt.ts';
import { isAllowedCheckUrl } from './check-url.ts';
import type { Http, JsonAnswer, JsonRequest } from './http.ts';
import { refusedNames } from './refused-parameters.ts';
import { toStartBody } from './start-body.ts';

export interface VonageOptions {
  /** Origin of Vonage's API, without a trailing slash; one host for a verification's whole life. */
  readonly baseUrl: string;
  readonly jwt: ApplicationJwt;
  readonly http: Http;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Needed by `verify` only. */
  readonly settings?: StartSettings;
  /** Allowed hosts of a check_url, see `check-url.ts`. @default none */
  readonly checkUrlHosts?: readonly string[];
  /** Waits between tries of next_workflow. @default real time */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

type Operation = 'start' | 'check' | 'next_workflow' | 'cancel';
type Call = (
  operation: Operation,
  request: Omit<JsonRequest, 'bearer' | 'url' | 'operation'> & { readonly path: string },
  budget: Budget,
) => Promise<JsonAnswer>;

/**
 * Milliseconds to wait for Vonage's own webhook about an ended step before it is asked to move on.
 */
const OWN_WORD_MS = 1000;
/**
 * Pauses between tries of next_workflow: Vonage's replication lags for a moment after the start.
 */
const PAUSES_MS: readonly (number | undefined)[] = [300, 600, 1200];

export function createVonage(options: VonageOptions): Vonage {
  const call = createCall(options);
  return {
    verify: (request, budget) => verify(request, budget, call, options),
    check: async (requestId, code, budget) => {
      const request = { method: 'POST', path: pathOf(requestId), body: { code } } as const;
      return toCheckAnswer(await call('check', request, budget));
    },
    next: async (requestId, budget, isStillNeeded) => {
      if (isStillNeeded) {
        await (options.pause ?? pauseFor)(OWN_WORD_MS);
        if (!(await isStillNeeded())) return 'moved';
      }
      return next(requestId, budget, call, options);
    },
    cancel: async (requestId, budget) => {
      const request = { method: 'DELETE', path: pathOf(requestId) } as const;
      const answer = toCancelAnswer(await call('cancel', request, budget));
      if (answer !== 'unknown') return answer;
      // A second DELETE does no harm. The first may have been lost on a socket that the peer
      // had closed.
      const repeated = { ...request, isOnNewSocket: true };
      return toCancelAnswer(await call('cancel', repeated, budget));
    },
  };
}

/** Throws `dependency_unavailable`, before sending anything, when our own secret is not set. */
async function verify(
  request: VerifyRequest,
  budget: Budget,
  call: Call,
  { jwt, settings, checkUrlHosts = [], telemetry }: VonageOptions,
): Promise<VerifyAnswer> {
  if (!settings) throw new Error('a start needs the settings of the stage');
  await jwt.get();
  const body = toStartBody(request, settings);
  const answered = await call('start', { method: 'POST', path: '/v2/verify', body }, budget);
  const answer = toVerifyAnswer(answered, request.workflow);
  const isOurLocale = answer.outcome === 'locale_refused' && body.locale === settings.locale;
  if ((answer.outcome === 'misconfigured' || isOurLocale) && answered.outcome === 'answered') {
    const parameters = refusedNames(answered.body);
    measureError(telemetry, 'start', 'configuration', { parameters });
  }
  if (answer.outcome !== 'created' || answer.checkUrl === undefined) return answer;
  if (isAllowedCheckUrl(answer.checkUrl, checkUrlHosts)) return answer;
  measureError(telemetry, 'start', 'check_url');
  return { outcome: 'created', requestId: answer.requestId };
}

async function next(
  requestId: string,
  budget: Budget,
  call: Call,
  { clock, pause = pauseFor }: VonageOptions,
): Promise<NextAnswer> {
  const path = `${pathOf(requestId)}/next_workflow`;
  for (let tries = 0; ; tries += 1) {
    const answer = toNextAnswer(await call('next_workflow', { method: 'POST', path }, budget));
    if (answer !== 'try_later' && answer !== 'not_understood') return answer;
    const waitMs = answer === 'not_understood' && tries > 0 ? undefined : PAUSES_MS[tries];
    if (waitMs === undefined || clock.now() + waitMs > budget.lastCallAtMs) return 'refused';
    await pause(waitMs);
  }
}

/**
 * One measured call, repeated once with a new JWT after a 401, never begun after the budget's end.
 */
function createCall({ baseUrl, jwt, http, clock, telemetry }: VonageOptions): Call {
  const send = async (
    operation: Operation,
    { path, ...request }: Parameters<Call>[1],
    bearer: string,
  ): Promise<JsonAnswer> => {
    const startedAtMs = clock.now();
    const answer = await http({
      ...request,
      operation: `vonage.${operation}`,
      url: `${baseUrl}${path}`,
      bearer,
    });
    telemetry.measure({
      name: 'VonageLatency',
      milliseconds: clock.now() - startedAtMs,
      dimensions: { operation },
    });
    const error = errorOf(operation, answer);
    if (error !== undefined) measureError(telemetry, operation, error);
    return answer;
  };

  return async (operation, request, { lastCallAtMs }) => {
    const bearer = await orUndefined(jwt.get());
    if (bearer === undefined || clock.now() > lastCallAtMs) {
      measureError(telemetry, operation, bearer === undefined ? 'private_key' : 'budget');
      return { outcome: 'not_sent' };
    }
    const answer = await send(operation, request, bearer);
    if (answer.outcome !== 'answered' || answer.status !== 401) return answer;
    const renewed = await orUndefined(jwt.renew());
    if (renewed === undefined || clock.now() > lastCallAtMs) return answer;
    return send(operation, request, renewed);
  };
}

/** `undefined` when there is no JWT; then nothing is sent. */
async function orUndefined(jwt: Promise<string>): Promise<string | undefined> {
  try {
    return await jwt;
  } catch {
    return undefined;
  }
}

/** The kind of failure of an answer, or `undefined` for a success. */
function errorOf(operation: Operation, answer: JsonAnswer): string | undefined {
  if (answer.outcome === 'not_sent') return 'network';
  if (answer.outcome !== 'answered') return answer.outcome;
  if (answer.status < 200 || answer.status >= 300) return String(answer.status);
  const isLost = operation === 'start' && toVerifyAnswer(answer).outcome === 'unknown';
  return isLost ? 'malformed' : undefined;
}

function measureError(
  telemetry: Telemetry,
  operation: Operation,
  status: string,
  details?: Readonly<Record<string, string>>,
): void {
  telemetry.measure({
    name: 'VonageError',
    dimensions: { operation, status },
    ...(details && { details }),
  });
}

function pathOf(requestId: string): string {
  return `/v2/verify/${encodeURIComponent(requestId)}`;
}
