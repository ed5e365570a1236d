/** Received and sent calls, newest last, for tests and for the phone page. */

export interface Call {
  /** When it arrived, or left. */
  readonly at: string;
  readonly direction: 'received' | 'sent';
  /** `start`, `check`, `next_workflow`, `cancel`, `check_url`, `webhook`, `application`. */
  readonly operation: string;
  readonly requestId?: string | undefined;
  /** The status of the answer; null without one. */
  readonly status: number | null;
  readonly body?: unknown;
  /** The claims of the JWT of the received call or the sent webhook. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** Which attempt of a webhook, from 1. */
  readonly attempt?: number;
}

export interface Journal {
  record(call: Call): void;
  /**
   * Entries after `since`, in the form that is shown: numbered, in `snake_case`, with secrets
   * masked.
   */
  list(filter: JournalFilter): readonly Record<string, unknown>[];
}

export interface JournalFilter {
  readonly since: number;
  readonly requestId?: string;
  readonly operation?: string;
}

const SECRET_MEMBERS = new Set(['code', 'token']);
/**
 * Calls that are kept, enough for some hundred verifications. A reader of more has to read
 * repeatedly.
 */
const KEPT = 4_000;

export function createJournal(): Journal {
  let calls: Call[] = [];
  let forgotten = 0;

  return {
    record(call) {
      calls.push(call);
      if (calls.length < 2 * KEPT) return;
      forgotten += calls.length - KEPT;
      calls = calls.slice(-KEPT);
    },
    list({ since, requestId, operation }) {
      const first = Math.max(0, since - forgotten);
      return calls.slice(first).flatMap((call, index) => {
        if (requestId !== undefined && call.requestId !== requestId) return [];
        if (operation !== undefined && call.operation !== operation) return [];
        return [show(call, forgotten + first + index + 1)];
      });
    },
  };
}

function show(call: Call, number: number): Record<string, unknown> {
  return {
    number,
    at: call.at,
    direction: call.direction,
    operation: call.operation,
    request_id: call.requestId ?? null,
    status: call.status,
    ...(call.attempt === undefined ? {} : { attempt: call.attempt }),
    ...(call.claims === undefined ? {} : { claims: call.claims }),
    ...(call.body === undefined ? {} : { body: mask(call.body) }),
  };
}

function mask(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mask);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_MEMBERS.has(name) ? '***' : mask(member),
    ]),
  );
}
