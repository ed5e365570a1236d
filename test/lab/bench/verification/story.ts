/** One wholly cold verification, from the tap to the proof. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { phoneNumber } from '../../../fixtures/app.ts';
import type { RecordedPeers } from '../../../fixtures/recorded-peers.ts';
import { WAITS } from '../cost/model.ts';
import {
  checkRequest,
  proofRequest,
  type Started,
  startRequest,
  webhookRequest,
} from '../requests.ts';
import type { Backend } from './backends.ts';
import type { Waits } from './lambdas.ts';

/** The carrier's five hops. */
export const CARRIER_MS = 1500;
const CHECK_URL_TIMEOUT_MS = 120_000;

export interface Timings {
  readonly startMs: number;
  readonly checkCodeMs: number;
  /** NaN without proofs. */
  readonly proofMs: number;
  /** From the tap until the app knows that it is completed. */
  readonly completedMs: number;
  readonly waits: Waits;
}

/** The peers answer after the times that the cost model assumes; the backend is closed. */
export async function runStory(backend: Backend, peers: RecordedPeers): Promise<Timings> {
  const checkUrl = Promise.withResolvers<void>();
  checkUrl.promise.catch(() => {}); // awaited below
  const timer = setTimeout(() => checkUrl.reject(new Error('no check_url')), CHECK_URL_TIMEOUT_MS);
  const hearMessage = (text: string): void => {
    if (/"check_?[uU]rl":"[^"]/.test(text)) checkUrl.resolve();
  };
  const webhooks: Promise<unknown>[] = [];
  peers.answerAfter(WAITS);
  peers.hear(({ peer, operation, path, body }, reply) => {
    if (peer === 'push') hearMessage(body);
    if (peer === 'lambda') backend.warm?.(decodeURIComponent(path.split('/').at(-2) ?? ''));
    if (operation === 'POST /v2/verify') {
      webhooks.push(backend.ask(webhookRequest(String(reply.body?.request_id))));
    }
  });
  try {
    await backend.prepare?.();
    const number = phoneNumber('8');
    const tappedAt = performance.now();
    const started: Started = JSON.parse(await backend.ask(startRequest(number)));
    const startMs = performance.now() - tappedAt;
    await backend.listen(started, randomUUID(), hearMessage);
    await checkUrl.promise;
    await sleep(CARRIER_MS);
    const checkedAt = performance.now();
    await backend.ask(checkRequest(started));
    const completedAt = performance.now();
    if (backend.hasProofs) await backend.ask(proofRequest(started, number));
    const proofMs = backend.hasProofs ? performance.now() - completedAt : Number.NaN;
    await Promise.all(webhooks);
    return {
      startMs,
      checkCodeMs: completedAt - checkedAt,
      proofMs,
      completedMs: completedAt - tappedAt,
      waits: new Map(backend.waits),
    };
  } finally {
    clearTimeout(timer);
    peers.hear(() => {});
    peers.answerAfter(0);
    peers.take();
    await backend.close();
  }
}
