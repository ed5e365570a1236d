/** Parses an authentic webhook of Vonage (protocol §5). Its optional members stay optional. */

import { DOCTOR_REQUEST_ID_PREFIX } from '../../config.ts';
import { Problem } from '../../domain/errors.ts';
import type { Blocked, ProviderEvent, Report, Summarized } from '../../domain/events.ts';
import { isJsonObject, type JsonObject, parseStrictJson } from '../../domain/strict-json.ts';
import { type Channel, isChannel, type Outcome } from '../../domain/workflow.ts';
import { isAllowedCheckUrl } from './check-url.ts';

/** Vonage's statuses for the end of a channel or of a request, in all known spellings. */
const OUTCOMES: ReadonlyMap<unknown, Outcome> = new Map([
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['expired', 'expired'],
  ['user_rejected', 'user_rejected'],
  ['rejected', 'user_rejected'],
  ['blocked', 'blocked'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
]);

const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;

/**
 * Call it after the signature was verified. Throws `request_invalid` for a body that is not JSON.
 * `unintelligible`: JSON without a known meaning. `test`: sent by an operator.
 */
export function parseWebhook(
  rawBody: Uint8Array,
  atMs: number,
  checkUrlHosts: readonly string[],
): Report | 'unintelligible' | 'test' {
  const json = parseStrictJson(rawBody);
  if (json.outcome === 'invalid') throw new Problem('request_invalid', 'the webhook is not JSON');
  if (json.outcome === 'ambiguous' || !isJsonObject(json.value)) return 'unintelligible';
  const { request_id: requestId, type, price } = json.value;
  if (typeof requestId !== 'string' || !REQUEST_ID.test(requestId)) return 'unintelligible';
  if (requestId.startsWith(DOCTOR_REQUEST_ID_PREFIX)) return 'test';
  const event =
    type === 'event'
      ? parseEvent(json.value, atMs, checkUrlHosts)
      : type === 'summary'
        ? parseSummary(json.value, atMs)
        : undefined;
  if (!event) return 'unintelligible';
  if (type !== 'summary') return { requestId, event };
  const priceEuros = parsePrice(price);
  const blocked = parseBlocked(json.value);
  return {
    requestId,
    event,
    ...(priceEuros !== undefined && { priceEuros }),
    ...(blocked.length > 0 && { blocked }),
  };
}

function parseEvent(
  body: JsonObject,
  atMs: number,
  checkUrlHosts: readonly string[],
): ProviderEvent | undefined {
  const { channel, status } = body;
  if (!isChannel(channel)) return undefined;
  if (status === 'action_pending') return parseAction(body, channel, atMs, checkUrlHosts);
  const outcome = OUTCOMES.get(status);
  return outcome && { type: 'channel_ended', atMs, channel, outcome };
}

/** `mode: advanced` has another type of action, which is ignored. */
function parseAction(
  { action, mode }: JsonObject,
  channel: Channel,
  atMs: number,
  checkUrlHosts: readonly string[],
): ProviderEvent | undefined {
  if (channel !== 'silent_auth' || mode === 'advanced') return undefined;
  // Vonage's older payloads hold an array of one (protocol §0.10).
  const only: unknown = Array.isArray(action) && action.length === 1 ? action[0] : action;
  if (!isJsonObject(only) || (only.type !== undefined && only.type !== 'check')) return undefined;
  const { check_url: checkUrl } = only;
  return typeof checkUrl === 'string' && isAllowedCheckUrl(checkUrl, checkUrlHosts)
    ? { type: 'check_url_issued', atMs, checkUrl }
    : undefined;
}

/** Leaves out unused channels and unknown statuses. */
function parseSummary({ status, workflow }: JsonObject, atMs: number): Summarized | undefined {
  const outcome = OUTCOMES.get(status);
  if (!outcome) return undefined;
  const steps: readonly unknown[] = Array.isArray(workflow) ? workflow : [];
  const outcomes = steps.flatMap((step) => {
    if (!isJsonObject(step) || !isChannel(step.channel)) return [];
    const end = OUTCOMES.get(step.status);
    return end ? [{ channel: step.channel, outcome: end }] : [];
  });
  return { type: 'summarized', atMs, status: outcome, outcomes };
}

/** `Fraudulent traffic detected for your account on network [ 23410 ].` (protocol §5.4) */
const NETWORK = /\[ ?(\d{5,6}) ?\]/;

function parseBlocked({ workflow }: JsonObject): readonly Blocked[] {
  const steps: readonly unknown[] = Array.isArray(workflow) ? workflow : [];
  return steps.flatMap((step) => {
    if (!isJsonObject(step) || !isChannel(step.channel) || step.status !== 'blocked') return [];
    const network = NETWORK.exec(typeof step.reason === 'string' ? step.reason : '')?.[1];
    return [{ channel: step.channel, ...(network !== undefined && { network }) }];
  });
}

/** Sent as a number or as a string, or not at all (protocol §5.4). */
function parsePrice(price: unknown): number | undefined {
  const isText = typeof price === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(price);
  const euros = isText ? Number(price) : price;
  return typeof euros === 'number' && Number.isFinite(euros) && euros >= 0 ? euros : undefined;
}
