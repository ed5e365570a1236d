/** Recognises the handset's requests by path and state; the handset has no credentials. */
import { type Answer, json } from './answer.ts';
import { answerHop, answerResult, finishDevice, type Hop } from './carrier.ts';
import type { Operation } from './fault-rules.ts';
import { requestNotFound } from './problems.ts';
import type { Requests } from './requests.ts';

/** An operation that a fault can apply to. */
export interface Job {
  readonly operation: Operation;
  readonly requestId?: string;
  readonly act: () => Answer;
}

const PATH =
  /^\/(?:v2\/verify|aggregator|carrier)\/([^/]+)\/(\d{1,2}|token|silent-auth\/(?:redirect|result))$/;

/** @returns undefined when the path is not one of the handset's */
export function findDeviceJob(
  url: URL,
  cookies = '',
  needs: { readonly requests: Requests; readonly origin: () => string },
): Job | undefined {
  const [, id, place] = PATH.exec(url.pathname) ?? [];
  if (id === undefined || place === undefined) return undefined;
  const { requests, origin } = needs;
  const verification = requests.findByCheckUrl(id);
  if (verification === undefined) {
    return { operation: 'check_url', requestId: id, act: () => requestNotFound(id) };
  }
  const index = /^\d+$/.test(place) ? Number(place) : 0;
  const hop: Hop = { index, state: url.searchParams.get('state') ?? undefined, cookies };
  const job = { operation: 'check_url', requestId: verification.requestId } as const;
  if (place === 'silent-auth/result') {
    const act = (): Answer =>
      requests.change(verification, (moment) => answerResult(verification, hop, moment));
    return { ...job, act };
  }
  if (place === 'token') {
    const act = (): Answer => {
      const result = requests.change(verification, (moment) => finishDevice(verification, moment));
      return result.type === 'code' ? json(200, { token: result.code }) : requestNotFound(id);
    };
    return { ...job, act };
  }
  return {
    ...job,
    act: () => answerHop(verification, hop, requests.faultOf(verification), origin()),
  };
}
