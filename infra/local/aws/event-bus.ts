/** A local EventBridge: accepts events and keeps the last ones for reading. It delivers nothing. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Service } from './json-protocol.ts';

const MAX_KEPT = 1_000;

const entry = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  Time: z.number().optional(),
});
const putEventsInput = z.object({ Entries: z.array(entry).min(1).max(10) });

/** An event as a rule would deliver it. */
export interface BusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

export interface EventBus {
  readonly service: Service;
  /** Oldest first. */
  events(): readonly BusEvent[];
}

export function createEventBus(): EventBus {
  const kept: BusEvent[] = [];

  function put(given: z.infer<typeof entry>): Readonly<Record<string, string>> {
    const detail = parseDetail(given.Detail);
    if (given.Source === undefined || given.DetailType === undefined || detail === undefined) {
      const ErrorMessage = 'Source, DetailType and a Detail that is a JSON object are required.';
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
    const id = randomUUID();
    kept.push({
      id,
      bus: given.EventBusName,
      source: given.Source,
      'detail-type': given.DetailType,
      time: new Date(given.Time === undefined ? Date.now() : given.Time * 1000).toISOString(),
      resources: given.Resources,
      detail,
    });
    if (kept.length > MAX_KEPT) kept.shift();
    return { EventId: id };
  }

  return {
    service: {
      PutEvents(input) {
        const Entries = putEventsInput.parse(input).Entries.map(put);
        return { FailedEntryCount: Entries.filter((it) => 'ErrorCode' in it).length, Entries };
      },
    },
    events: () => kept,
  };
}

function parseDetail(text: string | undefined): unknown {
  try {
    const detail: unknown = JSON.parse(text ?? '');
    return typeof detail === 'object' && detail !== null ? detail : undefined;
  } catch {
    return undefined;
  }
}
