/** Vonage's API at the level of HTTP: what our client sends, and what may become of it on the way. */

import { type Answer, empty, json } from '../../../../infra/local/vonage/answer.ts';
import { findApiJob } from '../../../../infra/local/vonage/server.ts';
import type { Http } from '../../../../shared/adapters/vonage/http.ts';
import { member } from '../../../fixtures/json.ts';
import type { SimulatedSecrets } from '../secrets.ts';
import type { Connected, Waiting } from '../wire.ts';
import { type Provider, VONAGE_ORIGIN } from './provider.ts';

interface HttpNeeds extends Connected {
  readonly secrets: SimulatedSecrets;
  readonly provider: Provider;
  /** Whether a start holds this number's lock, at the caller's own time. */
  readonly isLocked: (number: string, who: Waiting) => boolean;
}

const BASE = `${VONAGE_ORIGIN}/v2/verify`;
const TIMEOUT_MS = 6000;
/** Stands for a status: nobody can have seen the call. */
const NOT_SENT = 0;

export function createVonageHttp(needs: HttpNeeds): (who: Waiting) => Http {
  const { wire, faults, prng, history, secrets, provider, isLocked } = needs;
  let calls = 0;

  return (who) =>
    async ({ method, url, bearer, body }) => {
      const [, id = '', rest = ''] = url.slice(BASE.length).split('/');
      const job = findApiJob({ method, body }, decodeURIComponent(id), rest, provider, 'ours');
      if (!job) throw new Error(`Vonage has no ${method} ${url}`);
      const { operation, requestId, act } = job;
      const number = operation === 'start' ? numberOf(body) : undefined;
      const code = operation === 'check' ? String(member(body, 'code')) : undefined;
      calls += 1;
      const about = { call: calls, operation, invocation: who.invocation, number, code };
      const locked = number === undefined ? {} : { isLocked: isLocked(number, who) };
      history.record({ kind: 'call', ...about, requestId, ...locked });

      let refused: Answer | undefined;
      const effect = (): Answer => {
        const done = refused ?? carryOut();
        // A request arrives twice only after a success whose answer got lost.
        if (done.status >= 400) refused = done;
        return done;
      };
      const carryOut = (): Answer => {
        const early = refusal();
        const answer = early ?? act();
        const { status } = answer;
        const created = status === 202 ? JSON.parse(answer.body).request_id : undefined;
        history.record({ kind: 'vonage', ...about, requestId: requestId ?? created, status });
        if (early) return early;
        if (faults.happens('provider_error')) return empty(prng.pick([500, 502]));
        return faults.happens('odd_provider') && status < 300 ? empty(status) : answer;
      };
      const refusal = (): Answer | undefined => {
        if (faults.happens('provider_error')) return empty(prng.pick([429, 500, 503]));
        if (!secrets.isAccepted(bearer.slice('jwt '.length))) return empty(401);
        const isOdd = operation === 'next_workflow' && faults.happens('odd_provider');
        return isOdd ? json(409, { detail: 'The operation cannot be performed.' }) : undefined;
      };
      const latencyMs = prng.between(20, 300);
      const asked = { to: `Vonage ${operation}`, timeoutMs: TIMEOUT_MS, latencyMs, effect };
      const exchanged = await wire.exchange(who, asked);
      switch (exchanged.outcome) {
        case 'answered': {
          const { status, body: text } = exchanged.value;
          return { outcome: 'answered', status, body: text === '' ? undefined : JSON.parse(text) };
        }
        case 'refused':
          history.record({ kind: 'vonage', ...about, requestId, status: NOT_SENT });
          return { outcome: 'not_sent' };
        default:
          return { outcome: prng.chance(0.5) ? 'timeout' : 'network' };
      }
    };
}

/** What a start is locked by: its phone number, or the mailbox if there is none. */
function numberOf(body: unknown): string {
  const workflow: readonly unknown[] = Object(member(body, 'workflow'));
  const phone = workflow.find((entry) => member(entry, 'channel') !== 'email');
  return phone ? `+${member(phone, 'to')}` : String(member(workflow[0], 'to'));
}
