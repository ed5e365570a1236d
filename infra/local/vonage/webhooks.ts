/**
 * Delivers callbacks to the Status URL: signed, at least once, in any order. After an answer other
 * than 2xx it retries with growing delays for a day (protocol §5.1).
 */
import { randomUUID } from 'node:crypto';
import type { Change, StateFile } from '../state-file.ts';
import type { Callback } from './callbacks.ts';
import type { WebhookFault } from './fault-rules.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { createPoster } from './post-webhook.ts';
import type { Time } from './time.ts';
import { type SignedToken, type Signer, signWebhook } from './webhook-signature.ts';

/** One webhook that is being delivered. */
export interface Delivery {
  readonly id: string;
  readonly requestId: string;
  readonly applicationId: string;
  /** The bytes that are hashed and sent. */
  readonly body: string;
  readonly fault: WebhookFault;
  readonly createdAtMs: number;
  /** How many attempts were made. */
  attempts: number;
  nextAtMs: number;
}

export interface Webhooks {
  /** Creates the deliveries of one callback; `dispatch` sends them after they were saved. */
  prepare(
    callback: Callback,
    addresses: readonly string[],
    applicationId: string,
  ): readonly Delivery[];
  dispatch(deliveries: readonly Delivery[]): void;
  /** Deliveries of a request that have not been answered 2xx. */
  pending(requestId: string): readonly Delivery[];
  close(): void;
}

export interface WebhooksOptions {
  readonly signer: Omit<Signer, 'applicationId'>;
  /** The Status URL; undefined when the application has none. */
  readonly statusUrl: (applicationId: string) => string | undefined;
  readonly time: Time;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly stateFile: StateFile;
}

const RETRY_SECONDS = [5, 60, 300, 900] as const;
const LAST_RETRY_SECONDS = 900;
const GIVE_UP_SECONDS = 24 * 60 * 60;
/** How long a reordered webhook waits for the next one. */
const REORDER_SECONDS = 10;

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { signer, statusUrl, time, faults, journal, stateFile } = options;
  const poster = createPoster();
  const waiting = new Map<string, Delivery>();
  /** Cancels the timer of a delivery. */
  const timers = new Map<string, () => void>();
  /** By request: webhooks that wait until the next one is sent. */
  const held = new Map<string, Delivery[]>();
  const firstTokens = new Map<string, SignedToken>();
  let isClosed = false;

  function createDelivery(
    callback: Callback,
    applicationId: string,
    body: string,
    fault: WebhookFault,
  ): Delivery {
    const now = time.now();
    const heldMs = fault.reorder === true ? time.scaledMs(REORDER_SECONDS) : 0;
    return {
      id: randomUUID(),
      requestId: callback.request_id,
      applicationId,
      body,
      fault,
      createdAtMs: now,
      attempts: 0,
      nextAtMs: now + (fault.delay_ms ?? 0) + heldMs,
    };
  }

  function dispatch(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      waiting.set(delivery.id, delivery);
      if (delivery.fault.reorder === true && delivery.attempts === 0) hold(delivery);
      schedule(delivery);
    }
  }

  function hold(delivery: Delivery): void {
    const others = held.get(delivery.requestId) ?? [];
    held.set(delivery.requestId, [...others, delivery]);
  }

  function schedule(delivery: Delivery): void {
    timers.get(delivery.id)?.();
    const delayMs = delivery.nextAtMs - time.now();
    if (delayMs <= 0) void attempt(delivery);
    else
      timers.set(
        delivery.id,
        time.after(delayMs, () => void attempt(delivery)),
      );
  }

  async function attempt(delivery: Delivery): Promise<void> {
    timers.delete(delivery.id);
    const url = statusUrl(delivery.applicationId);
    delivery.attempts += 1;
    const { body, signed } = dress(delivery);
    const at = new Date(time.now()).toISOString();
    const status = url === undefined ? null : await poster.post(url, body, signed?.token);
    if (isClosed) return;
    journal.record({
      at,
      direction: 'sent',
      operation: 'webhook',
      requestId: delivery.requestId,
      status,
      attempt: delivery.attempts,
      claims: signed?.claims,
      body: JSON.parse(body),
    });
    stateFile.save([settle(delivery, status)]);
    if (delivery.attempts === 1) releaseHeld(delivery);
  }

  function dress(delivery: Delivery): { body: string; signed: SignedToken | undefined } {
    const { fault, attempts } = delivery;
    const isSpoiled = attempts <= (fault.attempts ?? (fault.signature === 'none' ? 1 : Infinity));
    const author = { ...signer, applicationId: delivery.applicationId };
    const signed =
      (fault.same_token === true ? firstTokens.get(delivery.id) : undefined) ??
      signWebhook(delivery.body, author, time.now(), isSpoiled ? fault.signature : undefined);
    if (fault.same_token === true && signed !== undefined) firstTokens.set(delivery.id, signed);
    const isAltered = isSpoiled && fault.altered === true;
    return { body: isAltered ? alter(delivery.body) : delivery.body, signed };
  }

  /** The state of a delivery after an attempt. */
  function settle(delivery: Delivery, status: number | null): Change {
    const isDelivered = status !== null && status >= 200 && status < 300;
    const retrySeconds = RETRY_SECONDS[delivery.attempts - 1] ?? LAST_RETRY_SECONDS;
    const nextAtMs = time.now() + time.scaledMs(retrySeconds);
    if (isDelivered || nextAtMs - delivery.createdAtMs > time.scaledMs(GIVE_UP_SECONDS)) {
      waiting.delete(delivery.id);
      firstTokens.delete(delivery.id);
      return { kind: 'delivery', key: delivery.id, value: null };
    }
    delivery.nextAtMs = nextAtMs;
    schedule(delivery);
    return { kind: 'delivery', key: delivery.id, value: delivery };
  }

  function releaseHeld(overtaking: Delivery): void {
    for (const overtaken of held.get(overtaking.requestId) ?? []) {
      if (overtaken === overtaking || overtaken.attempts > 0) continue;
      overtaken.nextAtMs = time.now();
      schedule(overtaken);
    }
    held.delete(overtaking.requestId);
  }

  return {
    prepare(callback, addresses, applicationId) {
      if (statusUrl(applicationId) === undefined) return [];
      const subject = { requestId: callback.request_id, addresses };
      const fault = faults.takeWebhook(callback, subject);
      if (fault.drop === true) return [];
      const body = JSON.stringify(withMembers(callback, fault.set));
      const copies = 1 + (fault.duplicate ?? 0);
      return Array.from({ length: copies }, () =>
        createDelivery(callback, applicationId, body, fault),
      );
    },
    dispatch,
    pending: (requestId) =>
      [...waiting.values()].filter((delivery) => delivery.requestId === requestId),
    close() {
      isClosed = true;
      poster.close();
    },
  };
}

/** Checks a value from the state file. */
export function isDelivery(value: unknown): value is Delivery {
  return typeof value === 'object' && value !== null && 'body' in value && 'nextAtMs' in value;
}

function withMembers(callback: Callback, set: WebhookFault['set'] = {}): Record<string, unknown> {
  const members = Object.entries({ ...callback, ...set });
  return Object.fromEntries(members.filter(([, member]) => member !== null));
}

/** Changes the status after signing. */
function alter(body: string): string {
  const isCompleted = body.includes('"status":"completed"');
  return body.replace(
    /"status":"[^"]*"/,
    isCompleted ? '"status":"failed"' : '"status":"completed"',
  );
}
