/** What was counted on one path, as one verification's usage and as dollars. */

import { sum } from '../load/cpu-meter.ts';
import type { Billed } from './counting-dynamodb.ts';
import type { Printed } from './log-meter.ts';
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
  readonly usage: Usage;
  readonly invocationsByFunction: Readonly<Record<string, number>>;
  readonly cpuMsByFunction: Readonly<Record<string, number>>;
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

interface Counted {
  readonly path: Path;
  readonly traffic: readonly Traffic[];
  readonly billed: Billed;
  readonly printed: Printed;
  /** Of each function. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly template: TemplateCounts;
}

export function toPathCost(
  { path, traffic, billed, printed, cpuMs, template }: Counted,
  count: number,
): PathCost {
  const of = (member: keyof Traffic): number => sum(traffic.map((each) => each[member])) / count;
  const invocations = perVerification(printed.calls, count);
  const { connect = 0, message = 0, clock = 0 } = invocations;
  const invoked = sum(Object.values(invocations));
  const httpRequests = invoked - connect - message - clock;
  const { http, websocket } = template.accessLogBytes;
  const usage: Usage = {
    httpRequests,
    messages: of('messagesOut') + of('messagesIn') + connect,
    connectionMinutes: CONNECTION_MINUTES[path],
    bytesOut: of('httpBytesOut') + of('websocketBytesOut'),
    invocations: invoked,
    queueRequests: clock * REQUESTS_PER_MESSAGE,
    cpuMs: sum(Object.values(cpuMs)) / count,
    waitMs: waitOf(invocations),
    dynamodb: perVerification({ ...billed }, count),
    storedBytes: STORED_BYTES,
    logLineBytes: printed.lineBytes / count,
    metricBytes: printed.metricBytes / count,
    accessLogBytes: httpRequests * http + (connect + message) * websocket,
  };
  const dollars = dollarsPerMillion(usage);
  const variants = Object.entries(VARIANTS).map(([name, change]) => {
    return [name, total(dollarsPerMillion(usage, { ...AS_DEPLOYED, ...change }))];
  });
  return {
    path,
    usage,
    invocationsByFunction: invocations,
    cpuMsByFunction: perVerification(cpuMs, count),
    dollars,
    total: total(dollars),
    variants: Object.fromEntries(variants),
  };
}

function perVerification<Name extends string>(
  counts: Readonly<Record<Name, number>>,
  count: number,
): Record<Name, number> {
  const means: Partial<Record<Name, number>> = {};
  for (const name in counts) means[name] = counts[name] / count;
  return means as Record<Name, number>;
}

/** Sent, received and deleted alone; a queue that is never empty shares the last two among ten. */
const REQUESTS_PER_MESSAGE = 3;
/** One item of each table with its indexes, generously. */
const STORED_BYTES = 4_000;

/** Calls in sequence of each function, warm (docs/architecture.md#paths). */
const SEQUENCE: Readonly<Record<string, Partial<Record<keyof typeof WAITS, number>>>> = {
  start: { dynamodb: 3, vonage: 1 },
  'check-code': { dynamodb: 2, push: 1, vonage: 1 },
  webhook: { dynamodb: 1, push: 1 },
  'next-workflow': { dynamodb: 2, push: 1, vonage: 1 },
};

/** The other functions read or write once. */
export function waitOf(invocations: Readonly<Record<string, number>>): number {
  const waits = Object.entries(invocations).map(([name, calls]) => {
    const { dynamodb = 0, push = 0, vonage = 0 } = SEQUENCE[name] ?? { dynamodb: 1 };
    return calls * (dynamodb * WAITS.dynamodb + push * WAITS.push + vonage * WAITS.vonage);
  });
  return sum(waits);
}
