/** The quiet end of a run: faults stop, time passes, and everybody asks once more. */

import type { Item } from '../../fixtures/memory-dynamodb.ts';
import type { Received } from './gateway.ts';
import { TABLES } from './lambda/needs.ts';
import type { Holding, World } from './world.ts';

/** One verification as its holder finds it when all is over. */
export interface FinalLook {
  readonly holding: Holding;
  readonly seenBefore: unknown;
  readonly answers: readonly (Received | undefined)[];
  /** What a new subscription shows. */
  readonly snapshot: unknown;
  readonly item: Item | undefined;
  /** The bus never got its end, although every message of the clock came. */
  readonly isMissingOnBus: boolean;
}

/** Longer than any verification lives, and than the last webhook is tried. */
const LONGEST_LIFE_MS = 500_000;

export async function observeEnding(world: World): Promise<readonly FinalLook[]> {
  const { faults, scheduler, history, deliveries, holdings, clockQueue } = world;
  faults.stop();
  while (deliveries.waiting() > 0) await scheduler.sleep(5000);
  await scheduler.sleep(LONGEST_LIFE_MS);
  while (clockQueue.waiting() > 0) await scheduler.sleep(5000);
  // Before anybody asks, which would end what the clock has not.
  const ended = new Set(history.of('end').map(({ requestId }) => requestId));
  const missing = holdings
    .map(({ requestId }) => requestId)
    .filter((requestId) => clockQueue.keptEveryMessage(requestId) && !ended.has(requestId));
  const looks: FinalLook[] = [];
  for (const holding of holdings) {
    const isMissingOnBus = missing.includes(holding.requestId);
    looks.push({ ...(await look(holding, world)), isMissingOnBus });
  }
  return looks;
}

async function look(holding: Holding, world: World) {
  const { client, token: bearer, requestId } = holding;
  const seenBefore = holding.seen();
  const first = await world.gateway.request(client, 'GET /status', { bearer });
  const snapshot = await subscribe(holding, world);
  const second = await world.gateway.request(client, 'GET /status', { bearer });
  const item = world.database.items(TABLES.verifications).get(requestId);
  return { holding, seenBefore, answers: [first, second], snapshot, item };
}

async function subscribe({ client, token }: Holding, { sockets, scheduler }: World) {
  let snapshot: unknown;
  const socket = await sockets.connect(client, { token }, (message) => {
    snapshot = message;
  });
  socket?.send({ action: 'subscribe', client_token: token });
  await scheduler.sleep(2000);
  return snapshot;
}
