/** What was counted on one path, as one verification's usage and as dollars. */

import { sum } from '../load/cpu-meter.ts';
import type { Billed } from './counting-dynamodb.ts';
import {
  AS_DEPLOYED,
  type Assumptions,
  dollarsPerMillion,
  total,
  type Usage,
  WAITS,
} from './model.ts';
import type { Path, Traffic } from './paths.ts';
import type { TemplateCounts } from './template-counts.ts';

export interface PathCost {
  readonly path: Path;
  readonly verifications: number;
  readonly usage: Usage;
  readonly invocationsByFunction: Readonly<Record<string, number>>;
  readonly cpuMsByFunction: Readonly<Record<string, number>>;
  readonly byTable: Readonly<Record<string, Billed>>;
  readonly dollars: Readonly<Record<string, number>>;
  readonly total: number;
  /** Totals with one assumption changed. */
  readonly variants: Readonly<Record<string, number>>;
}

/** How long an app keeps its socket. */
export const CONNECTION_MINUTES: Record<Path, number> = { happy: 0.25, fallback: 1 };

const VARIANTS: Readonly<Record<string, Partial<Assumptions>>> = {
  '256 MB': { memoryMegabytes: 256 },
  '1024 MB': { memoryMegabytes: 1024 },
  '1769 MB': { memoryMegabytes: 1769 },
  'no access logs': { accessLogs: 0 },
};

export interface Counted {
  readonly path: Path;
  readonly traffic: readonly Traffic[];
  readonly byTable: Readonly<Record<string, Billed>>;
  readonly byFunction: Readonly<Record<string, number>>;
  /** Of each function. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly logs: { readonly lineBytes: number; readonly metricBytes: number };
  readonly template: TemplateCounts;
}

export function toPathCost(
  { path, traffic, byTable, byFunction, cpuMs, logs, template }: Counted,
  count: number,
  tables: Readonly<Record<string, string>>,
): PathCost {
  const mean = (values: readonly number[]): number => sum(values) / count;
  const of = (member: keyof Traffic): number => mean(traffic.map((each) => each[member]));
  const billed = Object.values(byTable);
  const perTable = Object.entries(tables).map(([name, table]) => {
    const { requests = 0, writeUnits = 0, readUnits = 0, refused = 0 } = byTable[table] ?? {};
    return [
      name,
      {
        requests: requests / count,
        writeUnits: writeUnits / count,
        readUnits: readUnits / count,
        refused: refused / count,
      },
    ] as const;
  });
  const invocations = Object.fromEntries(
    Object.entries(byFunction).map(([name, calls]) => [name, calls / count]),
  );
  const invoked = sum(Object.values(invocations));
  const socketInvocations = (invocations.connect ?? 0) + (invocations.message ?? 0);
  const clockMessages = invocations.clock ?? 0;
  const httpRequests = invoked - socketInvocations - clockMessages;
  const { http, websocket } = template.accessLogBytes;
  const usage: Usage = {
    httpRequests,
    messages: of('messagesOut') + of('messagesIn') + (invocations.connect ?? 0),
    connectionMinutes: CONNECTION_MINUTES[path],
    bytesOut: of('httpBytesOut') + of('websocketBytesOut'),
    invocations: invoked,
    queueRequests: clockMessages * REQUESTS_PER_MESSAGE,
    cpuMs: mean(Object.values(cpuMs)),
    waitMs: waitOf(invocations),
    dynamodb: {
      requests: mean(billed.map(({ requests }) => requests)),
      writeUnits: mean(billed.map(({ writeUnits }) => writeUnits)),
      readUnits: mean(billed.map(({ readUnits }) => readUnits)),
      refused: mean(billed.map(({ refused }) => refused)),
    },
    storedBytes: STORED_BYTES,
    logLineBytes: logs.lineBytes / count,
    metricBytes: logs.metricBytes / count,
    accessLogBytes: httpRequests * http + socketInvocations * websocket,
  };
  const dollars = dollarsPerMillion(usage);
  const variants = Object.entries(VARIANTS).map(
    ([name, change]) =>
      [name, total(dollarsPerMillion(usage, { ...AS_DEPLOYED, ...change }))] as const,
  );
  return {
    path,
    verifications: count,
    usage,
    invocationsByFunction: invocations,
    cpuMsByFunction: Object.fromEntries(
      Object.entries(cpuMs).map(([name, ms]) => [name, ms / count]),
    ),
    byTable: Object.fromEntries(perTable),
    dollars,
    total: total(dollars),
    variants: Object.fromEntries(variants),
  };
}

/** Sent, received and deleted alone; a queue that is never empty shares the last two among ten. */
const REQUESTS_PER_MESSAGE = 3;
/** One item of each table with its indexes, generously. */
const STORED_BYTES = 4_000;

/** Calls in sequence of each function, warm (design: the paths). */
const SEQUENCE: Readonly<Record<string, { dynamodb: number; push: number; vonage: number }>> = {
  start: { dynamodb: 3, push: 0, vonage: 1 },
  'check-code': { dynamodb: 2, push: 1, vonage: 1 },
  webhook: { dynamodb: 1, push: 1, vonage: 0 },
  'next-workflow': { dynamodb: 2, push: 1, vonage: 1 },
  connect: { dynamodb: 1, push: 0, vonage: 0 },
  message: { dynamodb: 1, push: 0, vonage: 0 },
  clock: { dynamodb: 1, push: 0, vonage: 0 },
};

export function waitOf(invocations: Readonly<Record<string, number>>): number {
  const waits = Object.entries(invocations).map(([name, calls]) => {
    const { dynamodb, push, vonage } = SEQUENCE[name] ?? { dynamodb: 1, push: 0, vonage: 0 };
    return calls * (dynamodb * WAITS.dynamodb + push * WAITS.push + vonage * WAITS.vonage);
  });
  return sum(waits);
}
