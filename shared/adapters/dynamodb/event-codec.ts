/**
 * The stored form of an event: a map with short names, because the price of a write grows with the
 * size of the whole item.
 *
 * | `type` | event | members besides `at` (epoch ms) |
 * | --- | --- | --- |
 * | `started` | started | `workflow`, `timeout` (s), `code_length`, `phone_hash`, and if they are
 * there: `email_hash`, `check_url`, `nonce`, `sub`, `rejected: stop`, `method: navigate`,
 * `unsupported: true` |
 * | `check_url` | check_url_issued | `check_url` |
 * | `channel` | channel_ended | `channel`, `outcome` |
 * | `summary` | summarized | `status`, `ended`: a list of `<channel>:<outcome>` |
 * | `code`, `checked` | code_submitted, code_checked | `attempt`, `kind` or `outcome` |
 * | `reported` | rejection_reported | |
 * | `left`, `refused` | channel_skipped, skip_refused | `channel`, `n`: the attempt, `error?` |
 * | `let_go` | let_go | `n` |
 * | `cancelled`, `aborted`, `deadline`, `notified` | the same | |
 */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  CHECK_OUTCOMES,
  type ChannelSkipped,
  type SkipRefused,
  type Started,
  type Summarized,
  type VerificationEvent,
} from '../../domain/events.ts';
import { isChannel, NEGATIVE_OUTCOMES, type Outcome, SKIP_ERRORS } from '../../domain/workflow.ts';
import { fromAttributeMap, type PlainMap, toAttributeMap } from './attribute-value.ts';

const OUTCOMES: readonly Outcome[] = ['completed', ...NEGATIVE_OUTCOMES];
const CODE_KINDS = ['letters', 'digits'] as const;
const LET_GO = [1, 2, 3] as const;

export function encodeEvent(event: VerificationEvent): AttributeValue {
  return toAttributeMap({ ...toStored(event), at: event.atMs });
}

/**
 * `undefined` for an unknown event: a newer release may have written it.
 */
export function decodeEvent(value: AttributeValue): VerificationEvent | undefined {
  const stored = fromAttributeMap(value);
  return typeof stored.at === 'number' ? fromStored(stored, stored.at) : undefined;
}

function toStored(event: VerificationEvent): PlainMap {
  switch (event.type) {
    case 'started':
      return startedToStored(event);
    case 'check_url_issued':
      return { type: 'check_url', check_url: event.checkUrl };
    case 'channel_ended':
      return { type: 'channel', channel: event.channel, outcome: event.outcome };
    case 'summarized': {
      const ended = event.outcomes.map(({ channel, outcome }) => `${channel}:${outcome}`);
      return { type: 'summary', status: event.status, ended };
    }
    case 'code_submitted':
      return { type: 'code', attempt: event.attempt, kind: event.kind };
    case 'code_checked':
      return { type: 'checked', attempt: event.attempt, outcome: event.outcome };
    case 'rejection_reported':
      return { type: 'reported' };
    case 'channel_skipped': {
      const { channel, attempt, error } = event;
      return { type: 'left', channel, n: attempt, ...(error !== null && { error }) };
    }
    case 'skip_refused':
      return { type: 'refused', channel: event.channel, n: event.attempt };
    case 'let_go':
      return { type: 'let_go', n: event.n };
    default:
      return { type: event.type };
  }
}

function fromStored(stored: PlainMap, atMs: number): VerificationEvent | undefined {
  switch (stored.type) {
    case 'started':
      return startedFromStored(stored, atMs);
    case 'check_url': {
      const { check_url: checkUrl } = stored;
      return typeof checkUrl === 'string'
        ? { type: 'check_url_issued', atMs, checkUrl }
        : undefined;
    }
    case 'channel': {
      const { channel } = stored;
      const outcome = oneOf(OUTCOMES, stored.outcome);
      return isChannel(channel) && outcome
        ? { type: 'channel_ended', atMs, channel, outcome }
        : undefined;
    }
    case 'summary':
      return summaryFromStored(stored, atMs);
    case 'code': {
      const { attempt } = stored;
      const kind = oneOf(CODE_KINDS, stored.kind);
      return typeof attempt === 'string' && kind
        ? { type: 'code_submitted', atMs, attempt, kind }
        : undefined;
    }
    case 'checked': {
      const { attempt } = stored;
      const outcome = oneOf(CHECK_OUTCOMES, stored.outcome);
      return typeof attempt === 'string' && outcome
        ? { type: 'code_checked', atMs, attempt, outcome }
        : undefined;
    }
    case 'reported':
      return { type: 'rejection_reported', atMs };
    case 'left':
    case 'refused':
      return skipFromStored(stored, atMs);
    case 'let_go': {
      const n = LET_GO.find((known) => known === stored.n);
      return n && { type: 'let_go', atMs, n };
    }
    case 'cancelled':
    case 'aborted':
    case 'deadline':
    case 'notified':
      return { type: stored.type, atMs };
    default:
      return undefined;
  }
}

function startedToStored(event: Started): PlainMap {
  return {
    type: 'started',
    workflow: event.workflow,
    timeout: event.channelTimeoutSeconds,
    code_length: event.codeLength,
    phone_hash: event.phoneNumberHash,
    ...(event.afterUserRejected === 'stop' && { rejected: 'stop' }),
    ...(event.method === 'navigate' && { method: 'navigate' }),
    ...(event.networkUnsupported && { unsupported: true }),
    ...(event.sharesCode && { shared_code: true }),
    ...(event.checkUrl !== undefined && { check_url: event.checkUrl }),
    ...(event.emailHash !== undefined && { email_hash: event.emailHash }),
    ...(event.nonce !== undefined && { nonce: event.nonce }),
    ...(event.subject !== undefined && { sub: event.subject }),
  };
}

function startedFromStored(stored: PlainMap, atMs: number): Started | undefined {
  const { workflow, timeout, code_length: codeLength, phone_hash: phoneNumberHash } = stored;
  if (!Array.isArray(workflow) || typeof timeout !== 'number') return undefined;
  if (typeof codeLength !== 'number' || typeof phoneNumberHash !== 'string') return undefined;
  const { check_url: checkUrl, email_hash: emailHash, nonce, sub: subject } = stored;
  return {
    type: 'started',
    atMs,
    workflow: workflow.filter(isChannel),
    channelTimeoutSeconds: timeout,
    codeLength,
    afterUserRejected: stored.rejected === 'stop' ? 'stop' : 'continue',
    method: stored.method === 'navigate' ? 'navigate' : 'fetch',
    networkUnsupported: stored.unsupported === true,
    ...(stored.shared_code === true && { sharesCode: true }),
    ...(typeof checkUrl === 'string' && { checkUrl }),
    phoneNumberHash,
    ...(typeof emailHash === 'string' && { emailHash }),
    ...(typeof nonce === 'string' && { nonce }),
    ...(typeof subject === 'string' && { subject }),
  };
}

function summaryFromStored({ status, ended }: PlainMap, atMs: number): Summarized | undefined {
  const outcome = oneOf(OUTCOMES, status);
  if (!outcome || !Array.isArray(ended)) return undefined;
  const outcomes = ended.flatMap((entry: string) => {
    const [channel, end] = entry.split(':');
    const known = oneOf(OUTCOMES, end);
    return isChannel(channel) && known ? [{ channel, outcome: known }] : [];
  });
  return { type: 'summarized', atMs, status: outcome, outcomes };
}

function skipFromStored(stored: PlainMap, atMs: number): ChannelSkipped | SkipRefused | undefined {
  const { channel, n: attempt } = stored;
  if (!isChannel(channel) || typeof attempt !== 'number') return undefined;
  if (stored.type === 'refused') return { type: 'skip_refused', atMs, channel, attempt };
  const error = stored.error === undefined ? null : (oneOf(SKIP_ERRORS, stored.error) ?? 'other');
  return { type: 'channel_skipped', atMs, channel, error, attempt };
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((known) => known === value);
}
