/**
 * A local queue, with the event source mapping that feeds a function from it. Messages wait for
 * their delay, are delivered again when they were not processed, and become dead letters after too
 * many deliveries. Everything is on disk before SendMessage is answered.
 */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { StateFile } from '../state-file.ts';
import type { QueueResource } from '../template/queues.ts';

const message = z.object({
  id: z.string(),
  queueName: z.string(),
  body: z.string(),
  sentAtMs: z.number(),
  /** The message is hidden until then. */
  visibleAtMs: z.number(),
  receiveCount: z.number(),
});
export type Message = z.infer<typeof message>;

/** The result of a function for a batch; undefined: the function failed. */
export type Deliver = (functionName: string, event: unknown) => Promise<string | undefined>;

export interface QueueOptions {
  readonly resource: QueueResource;
  readonly region: string;
  readonly stateFile: StateFile;
  /** Factor by which delay, visibility and retention are multiplied. */
  readonly timeScale: number;
  readonly deliver: Deliver;
  /** Receives messages that failed too often. */
  readonly bury: (message: Message) => void;
  readonly now: () => number;
  /** Records the metrics that SQS measures. */
  readonly measure: (queueName: string, values: Readonly<Record<string, number>>) => void;
}

export interface Queue {
  send(body: string, delaySeconds: number | undefined): Message;
  /** Adds a dead letter, or a message of an earlier run. */
  add(message: Message): void;
  messages(): readonly Message[];
  close(): void;
}

const batchResponse = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).default([]),
});

/** The messages that a state file holds, by queue. */
export function loadMessages(stateFile: StateFile): readonly Message[] {
  return stateFile.load('message').flatMap((stored) => {
    const parsed = message.safeParse(stored);
    return parsed.success ? [parsed.data] : [];
  });
}

export function createQueue(options: QueueOptions): Queue {
  const { resource, region, stateFile, timeScale, deliver, bury, now, measure } = options;
  const { name, mapping } = resource;
  const waiting = new Map<string, Message>();
  const inFlight = new Set<string>();
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const scaledMs = (seconds: number): number => seconds * 1000 * timeScale;

  function measureNow(counted: Readonly<Record<string, number>> = {}): void {
    const due = [...waiting.values()].filter(
      ({ id, visibleAtMs }) => visibleAtMs <= now() && !inFlight.has(id),
    );
    const oldestMs = Math.min(now(), ...[...waiting.values()].map(({ sentAtMs }) => sentAtMs));
    measure(name, {
      ...counted,
      ApproximateNumberOfMessagesVisible: due.length,
      ApproximateAgeOfOldestMessage: (now() - oldestMs) / 1000,
    });
  }

  function save(changed: readonly Message[]): void {
    for (const each of changed) waiting.set(each.id, each);
    stateFile.save(changed.map((value) => ({ kind: 'message', key: value.id, value })));
  }

  function forget(ids: readonly string[]): void {
    for (const id of ids) waiting.delete(id);
    stateFile.save(ids.map((key) => ({ kind: 'message', key, value: null })));
  }

  /** Delivers due messages, and schedules the next delivery. */
  function poll(): void {
    clearTimeout(timer);
    if (!mapping || isClosed) return;
    expire();
    const free = [...waiting.values()].filter(({ id }) => !inFlight.has(id));
    const due = free.filter(({ visibleAtMs }) => visibleAtMs <= now());
    buryUseless(due);
    const useful = due.filter(({ id }) => waiting.has(id));
    while (running < mapping.maxConcurrency && useful.length > 0) {
      void receive(useful.splice(0, mapping.batchSize), mapping);
    }
    const next = Math.min(...free.map(({ visibleAtMs }) => visibleAtMs).filter((at) => at > now()));
    if (Number.isFinite(next)) timer = setTimeout(poll, Math.max(1, next - now())).unref();
  }

  function expire(): void {
    const oldest = now() - scaledMs(resource.retentionSeconds);
    const old = [...waiting.values()].filter(({ sentAtMs }) => sentAtMs < oldest);
    if (old.length > 0) forget(old.map(({ id }) => id));
  }

  function buryUseless(due: readonly Message[]): void {
    const most = resource.deadLetters?.maxReceiveCount ?? Infinity;
    const useless = due.filter(({ receiveCount }) => receiveCount >= most);
    for (const each of useless) bury(each);
    for (const { id } of useless) waiting.delete(id);
  }

  async function receive(
    batch: readonly Message[],
    { functionName, reportsFailures }: NonNullable<QueueResource['mapping']>,
  ): Promise<void> {
    running += 1;
    const visibleAtMs = now() + scaledMs(resource.visibilitySeconds);
    const received = batch.map((each) => {
      return { ...each, visibleAtMs, receiveCount: each.receiveCount + 1 };
    });
    for (const { id } of received) inFlight.add(id);
    save(received);
    const Records = received.map((each) => toRecord(each, resource.arn, region));
    const payload = await deliver(functionName, { Records });
    running -= 1;
    for (const { id } of received) inFlight.delete(id);
    if (isClosed) return;
    const failed = failedOf(payload, received, reportsFailures);
    const done = received.map(({ id }) => id).filter((id) => !failed.has(id));
    forget(done);
    measureNow({ NumberOfMessagesDeleted: done.length });
    poll();
  }

  measureNow();
  return {
    send(body, delaySeconds = resource.delaySeconds) {
      const sentAtMs = now();
      const sent: Message = {
        id: randomUUID(),
        queueName: name,
        body,
        sentAtMs,
        visibleAtMs: sentAtMs + scaledMs(delaySeconds),
        receiveCount: 0,
      };
      save([sent]);
      measureNow({ NumberOfMessagesSent: 1 });
      poll();
      return sent;
    },
    add(given) {
      save([{ ...given, queueName: name }]);
      measureNow();
      poll();
    },
    messages: () => [...waiting.values()],
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

export function md5Of(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/** As with Lambda, an invalid answer fails the whole batch. */
function failedOf(
  payload: string | undefined,
  batch: readonly Message[],
  reportsFailures: boolean,
): ReadonlySet<string> {
  const all = new Set(batch.map(({ id }) => id));
  if (payload === undefined) return all;
  if (!reportsFailures) return new Set();
  const parsed = batchResponse.safeParse(JSON.parse(payload) ?? {});
  if (!parsed.success) return all;
  const failed = parsed.data.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
}

function toRecord(
  { id, body, sentAtMs, receiveCount }: Message,
  eventSourceARN: string,
  awsRegion: string,
): Record<string, unknown> {
  return {
    messageId: id,
    receiptHandle: `${id}-${receiveCount}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAtMs),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(sentAtMs),
    },
    messageAttributes: {},
    md5OfBody: md5Of(body),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
}
