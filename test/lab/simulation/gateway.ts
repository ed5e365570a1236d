/** API Gateway's HTTP side and the networks in front of it: phones, Vonage's machines, attackers. */

import { HTTP_ROUTES } from '../../../shared/config.ts';
import type { HttpRequest } from '../../../shared/lambda/handler.ts';
import { httpRequest } from '../../fixtures/requests.ts';
import type { Invoked, Lambda } from './lambda/instances.ts';
import type { Delivery } from './vonage/deliveries.ts';
import type { Surroundings } from './wire.ts';

/** Somebody with a network connection. */
export interface Client {
  readonly name: string;
  readonly address: string;
}

export type Route = Exclude<keyof typeof HTTP_ROUTES, 'GET /openapi.json' | 'GET /asyncapi.json'>;

export interface Sent {
  readonly bearer?: string | undefined;
  readonly key?: string | undefined;
  readonly body?: unknown;
  /** What a liar writes into `X-Forwarded-For`. */
  readonly forwardedFor?: string;
}

export interface Received {
  readonly status: number;
  readonly body: unknown;
}

const GIVE_UP_MS = 12_000;

export type Gateway = ReturnType<typeof createGateway>;

/** @param needs.toleratedSkewMs how far the clocks of Vonage and of an instance may be apart */
export function createGateway(
  needs: Surroundings & { readonly lambda: Lambda; readonly toleratedSkewMs: number },
) {
  const { scheduler, faults, prng, history, lambda, toleratedSkewMs } = needs;

  const call = async (event: HttpRequest, route: Route, id: number): Promise<Received> => {
    const calledAtMs = scheduler.now();
    const result = await lambda.invoke(HTTP_ROUTES[route], event, id);
    const answer = toAnswer(result);
    const status = result === 'crashed' ? result : answer.status;
    const tookMs = scheduler.now() - calledAtMs;
    history.record({ kind: 'answer', id, status, body: toRecorded(answer.body), tookMs });
    return answer;
  };

  return {
    /** `undefined`: nothing came back. */
    request: async (
      from: Client,
      route: Route,
      { bearer, key, body, forwardedFor }: Sent = {},
    ): Promise<Received | undefined> => {
      const id = lambda.nextInvocation();
      const { name, address } = from;
      await scheduler.sleep(prng.between(5, 120));
      if (faults.happens('network_lost')) {
        await scheduler.sleep(GIVE_UP_MS);
        return undefined;
      }
      history.record({ kind: 'request', id, from: name, route, address, bearer, key, body });
      const headers = {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
      };
      const text = body === undefined ? undefined : JSON.stringify(body);
      const answer = await call(toEvent(route, address, headers, text), route, id);
      await scheduler.sleep(prng.between(5, 120));
      if (faults.happens('network_lost')) {
        await scheduler.sleep(prng.between(0, GIVE_UP_MS));
        return undefined;
      }
      const recorded = toRecorded(answer.body);
      history.record({ kind: 'received', id, to: name, route, ...answer, body: recorded });
      return answer;
    },

    deliver: async ({ authorization, body, json, forged }: Delivery) => {
      const id = lambda.nextInvocation();
      await scheduler.sleep(prng.between(5, 80));
      const about = { kind: 'webhook', forged, body: json } as const;
      const isInTolerance = toleratedSkewMs <= 60_000;
      if (faults.happens('network_lost')) {
        history.record({ ...about, isInTolerance, status: 'lost' });
        return 'lost' as const;
      }
      const headers = {
        'content-type': 'application/json',
        ...(authorization !== undefined && { authorization }),
      };
      const event = toEvent('POST /webhook', '203.0.113.1', headers, body);
      const { status } = await call(event, 'POST /webhook', id);
      history.record({ ...about, isInTolerance, status });
      await scheduler.sleep(prng.between(5, 80));
      return faults.happens('network_lost') ? 'lost' : status;
    },
  };
}

function toAnswer(result: Invoked): Received {
  if (result === 'crashed') return { status: 500, body: { message: 'Internal Server Error' } };
  const { statusCode = 200, body } = result;
  return { status: statusCode, body: body === undefined ? undefined : JSON.parse(body) };
}

/** A proof without its signature, which differs each time: a seed must replay fact by fact. */
function toRecorded(body: unknown): unknown {
  const { proof } = Object(body);
  return typeof proof === 'string'
    ? { ...Object(body), proof: proof.slice(0, proof.lastIndexOf('.')) }
    : body;
}

function toEvent(
  route: Route,
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): HttpRequest {
  const event = httpRequest(headers, body === undefined ? {} : { body }, route);
  return { ...event, requestContext: { ...event.requestContext, http: { sourceIp: address } } };
}
