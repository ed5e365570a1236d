/** The messages of the clock that wait for one verification. */
import { z } from 'zod';
import type { Endpoints } from '../endpoints.ts';
import { type PageAnswer, refuse, toJson } from './page-answer.ts';

const TIMEOUT_MS = 5_000;

const queues = z.record(
  z.string(),
  z.array(
    z.object({ id: z.string(), body: z.string(), sentAtMs: z.number(), visibleAtMs: z.number() }),
  ),
);

export async function readClockMessages(
  { secretsmanager: aws }: Endpoints,
  query: URLSearchParams,
): Promise<PageAnswer> {
  const requestId = query.get('request_id') ?? '';
  if (requestId === '') return refuse(400, 'which request_id?');
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`${aws}/_local/queues`, { signal });
  const waiting = Object.values(queues.parse(await response.json())).flat();
  return toJson(
    waiting
      .filter(({ body }) => body.includes(`"${requestId}"`))
      .map(({ id, body, sentAtMs, visibleAtMs }) => ({
        id,
        body: JSON.parse(body),
        sent_at_ms: sentAtMs,
        due_at_ms: visibleAtMs,
      })),
  );
}
