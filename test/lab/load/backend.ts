/** The backend as one phone calls it: repeats what was lost or refused for now, as the contract asks. */

import { setTimeout as pause } from 'node:timers/promises';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { LostAnswer, type Reply, send } from './http.ts';
import type { Troubles } from './people.ts';
import type { Tally } from './tally.ts';

export interface Answer {
  readonly status: number;
  /** Of a problem. */
  readonly code: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the driver looks into answers of every shape
  readonly body: any;
  readonly verification: VerificationObject | undefined;
  /** Milliseconds of the last try; undefined when answers were lost before. */
  readonly ms: number | undefined;
}

export interface Backend {
  /** @throws when no answer came within two minutes */
  readonly ask: (
    method: 'GET' | 'POST',
    path: Path,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
}

export type Path = '/start' | '/check-code' | '/next-workflow' | '/cancel' | '/status';

const GIVE_UP_MS = 120_000;
const AGAIN_MS = 400;
const MOST_PATIENT_MS = 5_000;

export function createBackend(api: string, troubles: Troubles, tally: Tally): Backend {
  const unlucky = new Set<string>(troubles.loses);

  return {
    async ask(method, path, body, headers = {}) {
      const giveUpAtMs = Date.now() + GIVE_UP_MS;
      let repeated = false;
      while (Date.now() < giveUpAtMs) {
        const isUnlucky = unlucky.delete(path);
        const loseAfterMs = isUnlucky ? troubles.loseAfterMs : undefined;
        const startedAt = performance.now();
        const reply = await attempt(method, api + path, { body, headers, loseAfterMs });
        if (reply instanceof LostAnswer) tally.count('answers lost on purpose');
        else if (reply instanceof Error) {
          tally.fail(`${path}: ${'code' in reply ? reply.code : reply.message}`);
          await pause(AGAIN_MS);
        } else {
          const ms = repeated ? undefined : performance.now() - startedAt;
          const answer = toAnswer(reply, ms);
          if (!isForNow(answer)) return answer;
          if (!(repeated && answer.code === 'start_in_progress')) {
            tally.fail(`${path}: ${answer.status} ${answer.code ?? ''}`.trim());
          }
          const patienceMs = Number(reply.headers['retry-after'] ?? 0) * 1000 || AGAIN_MS;
          await pause(Math.min(patienceMs, MOST_PATIENT_MS));
        }
        repeated = true;
      }
      throw new Error(`${path}: no answer in ${GIVE_UP_MS} ms`);
    },
  };
}

async function attempt(
  method: string,
  url: string,
  sent: Parameters<typeof send>[2],
): Promise<Reply | Error> {
  try {
    return await send(method, url, sent);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The same request may succeed a little later. */
function isForNow({ status, code }: Answer): boolean {
  return status >= 500 || status === 429 || code === 'start_in_progress';
}

function toAnswer({ status, text }: Reply, ms: number | undefined): Answer {
  const body = text === '' ? undefined : JSON.parse(text);
  return { status, code: body?.code, body, verification: body?.verification, ms };
}
