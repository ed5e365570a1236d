/** From what was counted on one path to what a verification takes, and to dollars. Pure. */

import { WHOLE_CPU_MEGABYTES } from '../cpu-cap.ts';
import type { Path, Traffic } from '../paths.ts';
import { sum } from '../statistics.ts';
import type { Billed } from './counting-dynamodb.ts';
import type { Printed } from './log-meter.ts';
import { PRICES } from './prices.ts';

interface Counted {
  readonly path: Path;
  readonly traffic: readonly Traffic[];
  readonly billed: Billed;
  readonly printed: Printed;
  /** Of each function. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly accessLogBytes: { readonly http: number; readonly websocket: number };
}

/** Everything that one verification takes, on average. */
export type Usage = ReturnType<typeof toUsage>;

interface Assumptions {
  readonly memoryMegabytes: number;
  /** Share of what is written now. */
  readonly accessLogs: number;
}

const AS_DEPLOYED: Assumptions = { memoryMegabytes: 512, accessLogs: 1 };
/** One assumption changed. */
export const VARIANTS: Readonly<Record<string, Assumptions>> = {
  all: AS_DEPLOYED,
  'all, 256 MB': { ...AS_DEPLOYED, memoryMegabytes: 256 },
  'all, 1024 MB': { ...AS_DEPLOYED, memoryMegabytes: 1024 },
  'all, 1769 MB': { ...AS_DEPLOYED, memoryMegabytes: 1769 },
  'all, no access logs': { ...AS_DEPLOYED, accessLogs: 0 },
};

/** Network time of one call within a region and to Vonage, assumed; milliseconds. */
export const WAITS = { dynamodb: 4, push: 8, vonage: 150 } as const;
/** How long an app keeps its socket. */
const CONNECTION_MINUTES: Readonly<Record<Path, number>> = { happy: 0.25, fallback: 1 };
/** Sent, received and deleted alone; a queue that is never empty shares the last two among ten. */
const REQUESTS_PER_MESSAGE = 3;
/** One item of each table with its indexes, generously. */
const STORED_BYTES = 4_000;
/** A finished item stays two days, TTL takes up to two more. */
const KEPT_MONTHS = 4 / 30;
const MILLION = 1e6;
const GIGABYTE = 1e9;

export function toUsage({ path, traffic, billed, printed, cpuMs, accessLogBytes }: Counted) {
  const count = traffic.length;
  const calls = perVerification(printed.calls, count);
  const { connect = 0, message = 0, clock = 0 } = calls;
  const invocations = sum(Object.values(calls));
  const httpRequests = invocations - connect - message - clock;
  const { http, websocket } = accessLogBytes;
  return {
    httpRequests,
    messages: sum(traffic.map((each) => each.messages)) / count + connect,
    connectionMinutes: CONNECTION_MINUTES[path],
    bytesOut: sum(traffic.map(({ bytesOut }) => bytesOut)) / count,
    invocations,
    calls,
    queueRequests: clock * REQUESTS_PER_MESSAGE,
    cpuMs: sum(Object.values(cpuMs)) / count,
    cpuMsOf: perVerification(cpuMs, count),
    /** Of the network, which costs time and no CPU. */
    waitMs: waitOf(calls),
    dynamodb: perVerification({ ...billed }, count),
    logLineBytes: printed.lineBytes / count,
    metricBytes: printed.metricBytes / count,
    accessLogBytes: httpRequests * http + (connect + message) * websocket,
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

/** Calls in sequence of each function, warm (docs/architecture.md#paths). */
const SEQUENCE: Readonly<Record<string, Partial<Record<keyof typeof WAITS, number>>>> = {
  start: { dynamodb: 3, vonage: 1 },
  'check-code': { dynamodb: 2, push: 1, vonage: 1 },
  webhook: { dynamodb: 1, push: 1 },
  'next-workflow': { dynamodb: 2, push: 1, vonage: 1 },
};

/** The other functions read or write once. */
export function waitOf(calls: Readonly<Record<string, number>>): number {
  const waits = Object.entries(calls).map(([name, times]) => {
    const { dynamodb = 0, push = 0, vonage = 0 } = SEQUENCE[name] ?? { dynamodb: 1 };
    return times * (dynamodb * WAITS.dynamodb + push * WAITS.push + vonage * WAITS.vonage);
  });
  return sum(waits);
}

/** Dollars per million verifications. */
export function dollarsPerMillion(
  usage: Usage,
  { memoryMegabytes, accessLogs }: Assumptions = AS_DEPLOYED,
): Readonly<Record<string, number>> {
  const { dynamodb, logs, lambda, sqs, httpApi, websocketApi, transfer } = PRICES;
  const perLogByte = (logs.perIngestedGigabyte + logs.perStoredGigabyteMonth) / GIGABYTE;
  const perFunctionLogByte = perLogByte + logs.perScannedGigabyte / GIGABYTE;
  const perStoredGigabyte = dynamodb.perGigabyteMonth + dynamodb.perBackupGigabyteMonth;
  const dollars: Readonly<Record<string, number>> = {
    'DynamoDB writes': usage.dynamodb.writeUnits * dynamodb.perWriteUnit,
    'DynamoDB reads': usage.dynamodb.readUnits * dynamodb.perReadUnit,
    'DynamoDB storage': (STORED_BYTES / GIGABYTE) * perStoredGigabyte * KEPT_MONTHS,
    'Lambda requests': usage.invocations * lambda.perRequest,
    'Lambda time': lambdaDollars(usage, memoryMegabytes),
    SQS: usage.queueRequests * sqs.perRequest,
    'HTTP API': usage.httpRequests * httpApi.perRequest,
    'WebSocket API':
      usage.messages * websocketApi.perMessage +
      usage.connectionMinutes * websocketApi.perConnectionMinute,
    'function logs': usage.logLineBytes * perFunctionLogByte,
    'metrics in logs': usage.metricBytes * perFunctionLogByte,
    'access logs': usage.accessLogBytes * accessLogs * perLogByte,
    'data transfer': (usage.bytesOut * transfer.perGigabyteOut) / GIGABYTE,
  };
  return Object.fromEntries(Object.entries(dollars).map(([part, each]) => [part, MILLION * each]));
}

/** Of Lambda's time. */
export function lambdaDollars(
  { cpuMs, waitMs }: Pick<Usage, 'cpuMs' | 'waitMs'>,
  memoryMegabytes: number,
): number {
  const share = Math.min(1, memoryMegabytes / WHOLE_CPU_MEGABYTES);
  const seconds = (cpuMs / share + waitMs) / 1000;
  return seconds * (memoryMegabytes / 1024) * PRICES.lambda.perGigabyteSecond;
}
