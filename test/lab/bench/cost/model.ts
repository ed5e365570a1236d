/** From counts to dollars. Pure. */

import { WHOLE_CPU_MEGABYTES } from '../cpu-cap.ts';
import type { Billed } from './counting-dynamodb.ts';
import { PRICES } from './prices.ts';

/** Everything that one verification takes, on average. */
export interface Usage {
  readonly httpRequests: number;
  readonly messages: number;
  readonly connectionMinutes: number;
  readonly bytesOut: number;
  readonly invocations: number;
  readonly queueRequests: number;
  readonly cpuMs: number;
  /** Of the network, which costs time and no CPU; see {@link WAITS}. */
  readonly waitMs: number;
  readonly dynamodb: Billed;
  readonly storedBytes: number;
  readonly logLineBytes: number;
  readonly metricBytes: number;
  readonly accessLogBytes: number;
}

export interface Assumptions {
  readonly memoryMegabytes: number;
  /** Share of what is written now. */
  readonly accessLogs: number;
}

export const AS_DEPLOYED: Assumptions = { memoryMegabytes: 512, accessLogs: 1 };

/** Network time of one call within a region and to Vonage, assumed; milliseconds. */
export const WAITS = { dynamodb: 4, push: 8, vonage: 150 } as const;
const MILLION = 1e6;
const GIGABYTE = 1e9;
/** A finished item stays two days, TTL takes up to two more. */
const KEPT_MONTHS = 4 / 30;

/** Dollars per million verifications. */
export function dollarsPerMillion(
  usage: Usage,
  { memoryMegabytes, accessLogs }: Assumptions = AS_DEPLOYED,
): Readonly<Record<string, number>> {
  const perLogByte =
    (PRICES.logs.perIngestedGigabyte + PRICES.logs.perStoredGigabyteMonth) / GIGABYTE;
  const perFunctionLogByte = perLogByte + PRICES.logs.perScannedGigabyte / GIGABYTE;
  const perStoredByte =
    ((PRICES.dynamodb.perGigabyteMonth + PRICES.dynamodb.perBackupGigabyteMonth) / GIGABYTE) *
    KEPT_MONTHS;
  return {
    'DynamoDB writes': MILLION * usage.dynamodb.writeUnits * PRICES.dynamodb.perWriteUnit,
    'DynamoDB reads': MILLION * usage.dynamodb.readUnits * PRICES.dynamodb.perReadUnit,
    'DynamoDB storage': MILLION * usage.storedBytes * perStoredByte,
    'Lambda requests': MILLION * usage.invocations * PRICES.lambda.perRequest,
    'Lambda time': MILLION * lambdaDollars(usage, memoryMegabytes),
    SQS: MILLION * usage.queueRequests * PRICES.sqs.perRequest,
    'HTTP API': MILLION * usage.httpRequests * PRICES.httpApi.perRequest,
    'WebSocket API':
      MILLION *
      (usage.messages * PRICES.websocketApi.perMessage +
        usage.connectionMinutes * PRICES.websocketApi.perConnectionMinute),
    'function logs': MILLION * usage.logLineBytes * perFunctionLogByte,
    'metrics in logs': MILLION * usage.metricBytes * perFunctionLogByte,
    'access logs': MILLION * usage.accessLogBytes * accessLogs * perLogByte,
    'data transfer': (MILLION * usage.bytesOut * PRICES.transfer.perGigabyteOut) / GIGABYTE,
  };
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

export function total(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}
