/** Vonage's API at the level of HTTP: what our client sends, and what may become of it on the way. */

import type { Http } from '../../../../shared/adapters/vonage/http.ts';
import type { ChannelName } from '../../../../shared/config.ts';
import { get } from '../checker/objects.ts';
import type { SimulatedSecrets } from '../secrets.ts';
import type { Connected, Waiting } from '../wire.ts';
import type { Judged, Provider } from './provider.ts';

interface HttpNeeds extends Connected {
  readonly secrets: SimulatedSecrets;
  readonly provider: Provider;
  /** Whether a start holds this number's lock, at the caller's own time. */
  readonly isLocked: (number: string, who: Waiting) => boolean;
}

export const VONAGE_ORIGIN = 'https://api-eu.vonage.com';

const TIMEOUT_MS = 6000;
/** Stands for a status: nobody can have seen the call. */
const NOT_SENT = 0;

interface Call {
  readonly operation: 'start' | 'check' | 'next_workflow' | 'cancel';
  readonly requestId?: string;
  readonly number?: string;
  readonly code?: string;
  readonly judge: () => Judged;
}

export function createVonageHttp(needs: HttpNeeds): (who: Waiting) => Http {
  const { wire, faults, prng, history, secrets, provider, isLocked } = needs;
  let calls = 0;

  return (who) =>
    async ({ method, url, bearer, body }) => {
      const call = toCall(method, url.slice(VONAGE_ORIGIN.length), body, provider);
      const { operation, requestId, number, code } = call;
      calls += 1;
      const about = { call: calls, operation, invocation: who.invocation, number, code };
      const locked = number === undefined ? {} : { isLocked: isLocked(number, who) };
      history.record({ kind: 'call', ...about, requestId, ...locked });

      let refused: Judged | undefined;
      const effect = (): Judged => {
        const done = refused ?? carryOut();
        // A request arrives twice only after a success whose answer got lost.
        if (done.status >= 400) refused = done;
        return done;
      };
      const carryOut = (): Judged => {
        const early = faults.happens('provider_error') ? prng.pick([429, 500, 503]) : undefined;
        const [, key = ''] = bearer.split(' ');
        const isAccepted = secrets.isAccepted(key);
        const judged =
          early === undefined ? (isAccepted ? call.judge() : { status: 401 }) : { status: early };
        const { status } = judged;
        history.record({ kind: 'vonage', ...about, requestId: requestId ?? idOf(judged), status });
        if (early !== undefined) return judged;
        if (faults.happens('provider_error')) return { status: prng.pick([500, 502]) };
        return faults.happens('odd_provider') && status < 300 ? { status } : judged;
      };
      const latencyMs = prng.between(20, 300);
      const asked = { to: `Vonage ${operation}`, timeoutMs: TIMEOUT_MS, latencyMs, effect };
      const answer = await wire.exchange(who, asked);
      switch (answer.outcome) {
        case 'answered': {
          const { status, body: answered } = answer.value;
          return { outcome: 'answered', status, body: answered };
        }
        case 'refused':
          history.record({ kind: 'vonage', ...about, requestId, status: NOT_SENT });
          return { outcome: 'not_sent' };
        default:
          return { outcome: prng.chance(0.5) ? 'timeout' : 'network' };
      }
    };
}

function toCall(method: string, path: string, body: unknown, provider: Provider): Call {
  const [, , , id = '', action] = path.split('/');
  const requestId = decodeURIComponent(id);
  if (requestId === '') return toStart(body, provider);
  if (method === 'DELETE') {
    return { operation: 'cancel', requestId, judge: () => provider.cancel(requestId) };
  }
  if (action === 'next_workflow') {
    return { operation: 'next_workflow', requestId, judge: () => provider.next(requestId) };
  }
  const code = String(get(body, 'code'));
  return { operation: 'check', requestId, code, judge: () => provider.check(requestId, code) };
}

function toStart(body: unknown, provider: Provider): Call {
  const listed = get(body, 'workflow');
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const workflow = entries.map((entry) => {
    const to = String(get(entry, 'to'));
    const channel = get(entry, 'channel') as ChannelName;
    return { channel, to: channel === 'email' ? to : `+${to}` };
  });
  const asked = {
    workflow,
    clientRef: String(get(body, 'client_ref')),
    channelTimeoutSeconds: Number(get(body, 'channel_timeout')),
    coverageCheck: entries.some((entry) => get(entry, 'coverage_check') === true),
    sharesCode: entries.some((entry) => get(entry, 'reuse_code') === true),
  };
  const number = workflow.find(({ channel }) => channel !== 'email')?.to ?? workflow[0]?.to ?? '';
  return { operation: 'start', number, judge: () => provider.start(asked) };
}

function idOf({ status, body }: Judged): string | undefined {
  const id = status === 202 ? body?.request_id : undefined;
  return typeof id === 'string' ? id : undefined;
}
