/** Puts one simulated world together: the real functions in the middle, everything else made up. */

import { createHmac } from 'node:crypto';
import type { EndNotifier } from '../../../shared/domain/ports/end-notifier.ts';
import { createMemoryDynamoDb, type MemoryDynamoDb } from '../../fixtures/memory-dynamodb.ts';
import { createPrng } from '../../fixtures/prng.ts';
import { createCompany } from './actors/company.ts';
import { createSimulatedQueue } from './clock-queue.ts';
import { createFaults } from './faults.ts';
import { type Client, createGateway } from './gateway.ts';
import { createHistory } from './history.ts';
import { createLambda } from './lambda/instances.ts';
import { type Environment, TABLES } from './lambda/needs.ts';
import { createScheduler } from './scheduler.ts';
import { createSecrets, SECRET_IDS, type SimulatedSecrets } from './secrets.ts';
import { drawSettings } from './settings.ts';
import { createSockets } from './sockets.ts';
import { createStoreClients } from './store-clients.ts';
import { createDeliveries, type Deliveries } from './vonage/deliveries.ts';
import { createVonageHttp } from './vonage/http.ts';
import { createProvider } from './vonage/provider.ts';
import { type Connected, createWire, type Waiting } from './wire.ts';

/** A verification that somebody holds the token of. */
export interface Holding {
  readonly client: Client;
  readonly requestId: string;
  readonly token: string;
  /** The newest object, as the client keeps it. */
  readonly seen: () => unknown;
}

export type World = ReturnType<typeof createWorld>;

const START_MS = Date.UTC(2026, 2, 4, 10, 15, 30);
const BUS_TIMEOUT_MS = 1000;

export function createWorld(seed: string, without: ReadonlySet<string>) {
  const prng = createPrng(seed);
  const scheduler = createScheduler(START_MS + prng.below(3_600_000));
  const history = createHistory(scheduler.now);
  const settings = drawSettings(prng.fork('settings'), without);
  const faults = createFaults(prng.fork('faults'), without);
  const around = (part: string) => ({ scheduler, faults, history, prng: prng.fork(part) });
  const wire = createWire(around('wire'));
  const connected = (part: string) => ({ ...around(part), wire });

  const database = createMemoryDynamoDb();
  const secrets = createSecrets(connected('secrets'));
  const carriers = new Map(settings.people.map(({ number, carrier }) => [number, carrier]));
  const deliveries: Deliveries = createDeliveries({
    ...around('deliveries'),
    secrets,
    skewMs: settings.vonageSkewMs,
    deliver: (delivery) => gateway.deliver(delivery),
  });
  const provider = createProvider({
    ...around('provider'),
    carrierOf: (number) => carriers.get(number) ?? 'matches',
    send: (body) => deliveries.send(body),
  });
  const lambda = createLambda({ ...around('lambda'), environment: () => environment });
  const sockets = createSockets({ ...connected('sockets'), lambda });
  const clockQueue = createSimulatedQueue({ ...connected('queue'), lambda });
  const toleratedSkewMs = settings.vonageSkewMs + settings.instanceSkewMs;
  const gateway = createGateway({ ...around('gateway'), lambda, toleratedSkewMs });
  const environment: Environment = {
    wire,
    settings,
    secrets,
    storeClientFor: createStoreClients({ ...connected('store'), database }),
    httpFor: createVonageHttp({
      ...connected('vonage'),
      secrets,
      provider,
      isLocked: (number, { clock }) => isNumberLocked(database, secrets, number, clock.now()),
    }),
    pusherFor: sockets.pusherFor,
    queueFor: clockQueue.queueFor,
    busFor: (who) => createBus(who, connected('bus')),
  };
  return {
    settings,
    scheduler,
    faults,
    history,
    database,
    secrets,
    provider,
    deliveries,
    gateway,
    sockets,
    clockQueue,
    company: createCompany({ ...around('company'), gateway }),
    holdings: [] as Holding[],
    /** check_urls that Mallory makes somebody open instead of their own, by name. */
    hijacked: new Map<string, string>(),
    prngFor: (name: string) => prng.fork(name),
  };
}

/** EventBridge, as far as the functions use it: it takes the end of a verification, or does not. */
function createBus(who: Waiting, { wire, history }: Connected): EndNotifier {
  return {
    notify: async ({ requestId }, { status }) => {
      const effect = (): void => history.record({ kind: 'end', requestId, status });
      const asked = { to: 'the bus', timeoutMs: BUS_TIMEOUT_MS, latencyMs: 10, effect };
      return (await wire.exchange(who, asked)).outcome === 'answered';
    },
  };
}

/** Looked up in the table itself, by the documented form of its key. */
function isNumberLocked(
  database: MemoryDynamoDb,
  secrets: SimulatedSecrets,
  number: string,
  nowMs: number,
): boolean {
  const hmac = createHmac('sha256', secrets.read(SECRET_IDS.keys).guard_key ?? '');
  const key = `phone#${hmac.update(JSON.stringify(['phone', number])).digest('base64url')}`;
  const item = database.items(TABLES.guards).get(key);
  return item?.lock_owner !== undefined && Number(item.lock_until?.N ?? 0) > nowMs;
}
