/** S3, S7, S7b, S10, T9, T26: who gets which verification, what a start may cost, what a refusal tells. */

import type { Limit, SharedLimit } from '../../../../shared/config.ts';
import { member } from '../../../fixtures/json.ts';
import type { Of } from '../history.ts';
import type { World } from '../world.ts';
import { callsTo, type Exchange, exchanges, type Report } from './objects.ts';

interface Start extends Exchange {
  readonly calls: readonly Of<'call'>[];
  /** What Vonage answered to each. */
  readonly statuses: readonly number[];
}

const REPLAY_MS = 600_000;
/** From a request to its counts, at most. */
const MAX_WAIT_MS = 4000;
const MAX_CALLS = 3;
/** Never sent, or refused for its JWT and signed again. */
const IN_VAIN: ReadonlySet<number> = new Set([0, 401]);
const NEUTRAL_SECONDS = 30;
/** From a request to its count, with what clocks are off. */
const MAX_WAIT_SECONDS = 6;

export function checkStarts(world: World, report: Report): void {
  const { history } = world;
  const calls = callsTo(history, 'start');
  const answers = history.of('vonage');
  const starts = exchanges(history, 'POST /start').map((exchange): Start => {
    const { id } = exchange.request;
    const statuses = answers.filter(({ invocation }) => invocation === id).map((it) => it.status);
    return { ...exchange, statuses, calls: calls.filter(({ invocation }) => invocation === id) };
  });
  checkOwners(starts, report);
  checkRepeats(starts, report);
  checkCost(starts, report);
  checkOverlaps(starts, report);
  checkLimits(starts, world, report);
}

/** S7b: one request_id never answers two keys. A start without a key is a key of its own. */
function checkOwners(starts: readonly Start[], report: Report): void {
  const owners = new Map<string, string>();
  for (const { request, answer } of starts) {
    if (answer?.status !== 202) continue;
    const requestId = String(member(answer.body, 'request_id'));
    const owner = `${request.from} ${request.key ?? request.id}`;
    const known = owners.get(requestId) ?? owner;
    owners.set(requestId, known);
    if (known !== owner) report('S7b', `${requestId} of ${known} given to ${owner}`, { requestId });
  }
}

/** S3: within ten minutes the same key gives the same verification and the same token. */
function checkRepeats(starts: readonly Start[], report: Report): void {
  const first = new Map<string, Of<'answer'>>();
  for (const { request, answer } of starts) {
    if (answer?.status !== 202 || request.key === undefined) continue;
    const known = first.get(request.key);
    const isFirst = !known || known.atMs < answer.atMs - REPLAY_MS;
    if (isFirst) first.set(request.key, answer);
    const isSame = ['request_id', 'client_token'].every(
      (name) => member(known?.body, name) === member(answer.body, name),
    );
    const requestId = String(member(answer.body, 'request_id'));
    if (!isFirst && !isSame) {
      report('S3', `a key was answered with ${requestId} later`, { requestId });
    }
  }
}

/** S7: at most three calls, each under the number's lock. Some were certainly in vain. */
function checkCost(starts: readonly Start[], report: Report): void {
  for (const { request, calls, statuses } of starts) {
    const vain = statuses.filter((status) => IN_VAIN.has(status)).length;
    if (calls.length - vain > MAX_CALLS) {
      report('S7', `start ${request.id} called Vonage ${calls.length} times`);
    }
    for (const { isLocked, number: about, atMs } of calls) {
      if (isLocked !== false || !about?.startsWith('+')) continue;
      const what = `start ${request.id} called Vonage for ${about} without its lock`;
      report('S7', what, { about, atMs });
    }
  }
}

/** S7: while one start may ask Vonage about a number again, no other does. */
function checkOverlaps(starts: readonly Start[], report: Report): void {
  const busy = starts.flatMap(({ request, calls }) => {
    const [first, last] = [calls[0], calls.at(-1)];
    if (!last || !first?.number?.startsWith('+')) return [];
    const { id, key = String(id) } = request;
    return [{ id, key, number: first.number, fromMs: first.atMs, untilMs: last.atMs }];
  });
  for (const one of busy) {
    for (const other of busy) {
      const isAnother = other.id > one.id && other.key !== one.key && other.number === one.number;
      if (!isAnother || other.fromMs >= one.untilMs || one.fromMs >= other.untilMs) continue;
      const what = `starts ${one.id} and ${other.id} asked about ${one.number} at the same time`;
      report('S7', what, { about: one.number, atMs: other.fromMs });
    }
  }
}

/**
 * S10: starts that reached Vonage, by window, each by itself, but those that its 409 has given back.
 * Skewed clocks count into the windows that they believe in.
 */
function checkLimits(starts: readonly Start[], { settings }: World, report: Report): void {
  if (settings.instanceSkewMs > 0) return;
  const { limits, workflow } = settings.stage;
  const reached = starts.filter((start) => start.calls.length > 0 && !isGivenBack(start));
  const address = ({ request }: Start): string => request.address;
  const number = ({ request }: Start): string => String(member(request.body, 'phone_number'));
  const prefix = (start: Start): string => number(start).slice(0, -4);
  const email = ({ request }: Start): string => String(member(request.body, 'email'));
  const byDefault = workflow.slice(0, 3).map(({ channel }) => channel);
  const mailed = reached.filter(({ request }) => {
    const channels = member(request.body, 'channels') ?? byDefault;
    return Array.isArray(channels) && channels.includes('email');
  });
  /** T23: what all callers spend, and what one of them does. */
  const checkShared = (
    name: string,
    counted: readonly Start[],
    limit: SharedLimit,
    subjectOf: (start: Start) => string,
  ): void => {
    const { count, perCaller = Math.ceil(count / 2) } = limit;
    checkLimit(name, counted, limit, subjectOf, report);
    const share = { ...limit, count: perCaller };
    const caller = (start: Start): string => `${subjectOf(start)} ${address(start)}`;
    checkLimit(`share of ${name}`, counted, share, caller, report);
  };
  checkLimit('address', reached, limits.address, address, report);
  checkShared('phone_number', reached, limits.phoneNumber, number);
  checkShared('email', mailed, limits.email, email);
  checkShared('prefix', reached, limits.prefix, prefix);
}

/** Vonage has refused it, because of a verification that it knows already, and begun nothing. */
function isGivenBack({ answer, statuses }: Start): boolean {
  const isRefused = statuses.at(-1) === 409 && statuses.every((it) => it === 409 || it === 412);
  return answer?.status === 429 || isRefused;
}

function checkLimit(
  name: string,
  starts: readonly Start[],
  { count, windowSeconds }: Limit,
  subjectOf: (start: Start) => string,
  report: Report,
): void {
  const windowOf = (atMs: number): number => Math.floor(atMs / (windowSeconds * 1000));
  // A start that crosses the boundary of two windows may be counted in either.
  const certain = starts.filter(
    ({ request: { atMs } }) => windowOf(atMs) === windowOf(atMs + MAX_WAIT_MS),
  );
  const toGroup = (start: Start): string => `${subjectOf(start)} ${windowOf(start.request.atMs)}`;
  for (const [group, reached] of Map.groupBy(certain, toGroup)) {
    if (reached.length <= count) continue;
    const where = { about: group.split(' ')[0] ?? '', atMs: reached.at(-1)?.calls[0]?.atMs ?? 0 };
    report('S10', `${reached.length} starts for ${name} ${group}, allowed are ${count}`, where);
  }
}

/**
 * T9, T26: a refused start tells the end of the caller's own limit, or that something concerns the
 * number, the mailbox or the block, but not what.
 */
export function checkRefusals({ history, settings }: World, report: Report): void {
  const { windowSeconds } = settings.stage.limits.address;
  const neutral = new Set<string>();
  for (const { request, answer } of exchanges(history, 'POST /start')) {
    if (answer?.status !== 429) continue;
    const seconds = Number(member(answer.body, 'retry_after'));
    const told = JSON.stringify(answer.body);
    if (seconds === NEUTRAL_SECONDS) neutral.add(told);
    const isEndOfWindow = [request.atMs, answer.atMs].some((atMs) => {
      const off = Math.abs(windowSeconds - ((atMs / 1000) % windowSeconds) - seconds);
      return Math.min(off, windowSeconds - off) <= MAX_WAIT_SECONDS;
    });
    if (seconds !== NEUTRAL_SECONDS && !isEndOfWindow) {
      const what = `start ${request.id} of ${request.from} was told ${told}`;
      report('T26', what, { atMs: answer.atMs });
    }
  }
  if (neutral.size > 1) report('T26', `refusals differ: ${[...neutral].join(' and ')}`);
}
