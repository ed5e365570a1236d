/** Puts one simulated world together: the real functions in the middle, everything else made up. */

import { createHmac } from 'node:crypto';
import { type Company, createCompany } from './actors/company.ts';
import { createSimulatedQueue, type SimulatedQueue } from './clock-queue.ts';
import { createBus } from './event-bus.ts';
import { createFaults } from './faults.ts';
import { type Client, createGateway, type Gateway } from './gateway.ts';
import { createHistory } from './history.ts';
import { createLambda } from './lambda/instances.ts';
import { type Environment, TABLES } from './lambda/needs.ts';
import { createPrng, type Prng } from './prng.ts';
import { createScheduler } from './scheduler.ts';
import { createSecrets, SECRET_IDS, type SimulatedSecrets } from './secrets.ts';
import { drawSettings, type RunSettings } from './settings.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { createMemoryDynamoDb, type MemoryDynamoDb } from './store/memory-dynamodb.ts';
import { createStoreClients } from './store/store-clients.ts';
import type { Surroundings } from './surroundings.ts';
import { createDeliveries, type Deliveries } from './vonage/deliveries.ts';
import { createVonageHttp } from './vonage/http.ts';
import { createProvider, type Provider } from './vonage/provider.ts';
import { createWire } from './wire.ts';

/** A verification that somebody holds the token of. */
export interface Holding {
  readonly client: Client;
  readonly requestId: string;
  readonly token: string;
  /** The newest object, as the client keeps it. */
  readonly seen: () => unknown;
}

export interface World extends Omit<Surroundings, 'prng'> {
  readonly settings: RunSettings;
  readonly database: MemoryDynamoDb;
  readonly secrets: SimulatedSecrets;
  readonly provider: Provider;
  readonly deliveries: Deliveries;
  readonly gateway: Gateway;
  readonly sockets: Sockets;
  readonly clockQueue: SimulatedQueue;
  readonly company: Company;
  readonly holdings: Holding[];
  /** check_urls that Mallory makes somebody open instead of their own, by name. */
  readonly hijacked: Map<string, string>;
  readonly prngFor: (name: string) => Prng;
}

const START_MS = Date.UTC(2026, 2, 4, 10, 15, 30);

export function createWorld(seed: string, without: ReadonlySet<string>): World {
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
    stores: createStoreClients({ ...connected('store'), database }),
    http: createVonageHttp({
      ...connected('vonage'),
      secrets,
      provider,
      isLocked: (number, { clock }) => isNumberLocked(database, secrets, number, clock.now()),
    }),
    pusherFor: sockets.pusherFor,
    queueFor: clockQueue.queueFor,
    busFor: createBus(connected('bus')),
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
    holdings: [],
    hijacked: new Map(),
    prngFor: (name) => prng.fork(name),
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
