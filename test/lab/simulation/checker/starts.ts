/** S3, S7, S7b, S10: who gets which verification, and what a start may cost. */

import type { Limit, SharedLimit } from '../../../../shared/config.ts';
import type { Recorded } from '../history.ts';
import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Violation } from './violation.ts';

type Of<Kind extends Recorded['kind']> = Extract<Recorded, { kind: Kind }>;

interface Start {
  readonly request: Of<'request'>;
  readonly answer: Of<'answer'> | undefined;
  readonly calls: readonly Of<'call'>[];
}

const REPLAY_MS = 600_000;
/** From a request to its counts, at most. */
const MAX_WAIT_MS = 4000;
const MAX_CALLS = 3;
/** Never sent, or refused for its JWT and signed again. */
const IN_VAIN: ReadonlySet<number> = new Set([0, 401]);

export function judgeStarts(world: World): readonly Violation[] {
  const { facts } = world.history;
  const starts = facts
    .filter((fact) => fact.kind === 'request')
    .filter(({ route }) => route === 'POST /start')
    .map((request) => toStart(request, facts));
  return [
    ...judgeOwners(starts),
    ...judgeRepeats(starts),
    ...starts.flatMap((start) => judgeCallsOf(start, facts)),
    ...judgeOverlaps(starts),
    ...judgeLimits(starts, world),
  ];
}

function toStart(request: Of<'request'>, facts: readonly Recorded[]): Start {
  return {
    request,
    answer: facts.filter((fact) => fact.kind === 'answer').find(({ id }) => id === request.id),
    calls: facts
      .filter((fact) => fact.kind === 'call')
      .filter(({ operation, invocation }) => operation === 'start' && invocation === request.id),
  };
}

/** S7b: one request_id never answers two keys. A start without a key is a key of its own. */
function judgeOwners(starts: readonly Start[]): readonly Violation[] {
  const owners = new Map<unknown, string>();
  return starts.flatMap(({ request, answer }) => {
    if (answer?.status !== 202) return [];
    const requestId = String(get(answer.body, 'request_id'));
    const owner = `${request.from} ${request.key ?? request.id}`;
    const known = owners.get(requestId) ?? owner;
    owners.set(requestId, known);
    return known === owner
      ? []
      : [{ invariant: 'S7b', message: `${requestId} of ${known} given to ${owner}`, requestId }];
  });
}

/** S3: within ten minutes the same key gives the same verification and the same token. */
function judgeRepeats(starts: readonly Start[]): readonly Violation[] {
  const first = new Map<string, Of<'answer'>>();
  return starts.flatMap(({ request, answer }) => {
    if (answer?.status !== 202 || request.key === undefined) return [];
    const known = first.get(request.key);
    if (!known || known.atMs < answer.atMs - REPLAY_MS) {
      first.set(request.key, answer);
      return [];
    }
    const isSame = ['request_id', 'client_token'].every(
      (name) => get(known.body, name) === get(answer.body, name),
    );
    const requestId = String(get(answer.body, 'request_id'));
    return isSame
      ? []
      : [{ invariant: 'S3', message: `a key was answered with ${requestId} later`, requestId }];
  });
}

/** S7: at most three calls, each under the number's lock. Some were certainly in vain. */
function judgeCallsOf({ request, calls }: Start, facts: readonly Recorded[]): readonly Violation[] {
  const vain = facts.filter(
    (fact) => fact.kind === 'vonage' && fact.invocation === request.id && IN_VAIN.has(fact.status),
  ).length;
  const unlocked = calls.filter(
    ({ isLocked, number }) => isLocked === false && number?.startsWith('+') === true,
  );
  return [
    ...(calls.length - vain > MAX_CALLS
      ? [{ invariant: 'S7', message: `start ${request.id} called Vonage ${calls.length} times` }]
      : []),
    ...unlocked.map(({ number, atMs }) => ({
      invariant: 'S7',
      atMs,
      ...(number !== undefined && { about: number }),
      message: `start ${request.id} called Vonage for ${number} without its lock`,
    })),
  ];
}

/** S7: while one start may ask Vonage about a number again, no other does. */
function judgeOverlaps(starts: readonly Start[]): readonly Violation[] {
  const busy = starts.flatMap(({ request, calls }) => {
    const [first] = calls;
    const last = calls.at(-1);
    if (!last || !first?.number?.startsWith('+')) return [];
    const { id, key = String(id) } = request;
    return [{ id, key, number: first.number, fromMs: first.atMs, untilMs: last.atMs }];
  });
  return busy.flatMap((one) =>
    busy
      .filter(
        (other) =>
          other.id > one.id &&
          other.key !== one.key &&
          other.number === one.number &&
          other.fromMs < one.untilMs &&
          one.fromMs < other.untilMs,
      )
      .map(({ id, fromMs: atMs }) => ({
        invariant: 'S7',
        atMs,
        about: one.number,
        message: `starts ${one.id} and ${id} asked about ${one.number} at the same time`,
      })),
  );
}

/**
 * S10: tries that reached Vonage, by window, each by itself, but those that its 409 has given back.
 * Skewed clocks count into the windows that they believe in.
 */
function judgeLimits(starts: readonly Start[], { settings, history }: World): readonly Violation[] {
  if (settings.instanceSkewMs > 0) return [];
  const { limits, workflow } = settings.stage;
  const reached = starts.filter(
    (start) => start.calls.length > 0 && !isGivenBack(start, history.facts),
  );
  const number = ({ request }: Start): string => String(get(request.body, 'phone_number'));
  const prefix = (start: Start): string => number(start).slice(0, -4);
  const email = ({ request }: Start): string => String(get(request.body, 'email'));
  const byDefault = workflow.slice(0, 3).map(({ channel }) => channel);
  const mailed = reached.filter(({ request }) => {
    const channels = get(request.body, 'channels') ?? byDefault;
    return Array.isArray(channels) && channels.includes('email');
  });
  return [
    ...overLimit('address', reached, limits.address, ({ request }) => request.address),
    ...overShared('phone_number', reached, limits.phoneNumber, number),
    ...overShared('email', mailed, limits.email, email),
    ...overShared('prefix', reached, limits.prefix, prefix),
  ];
}

/** Vonage has refused every call of it, because of a verification that it knows already. */
function isGivenBack({ request, answer }: Start, facts: readonly Recorded[]): boolean {
  const statuses = facts.flatMap((fact) =>
    fact.kind === 'vonage' && fact.invocation === request.id ? [fact.status] : [],
  );
  return (
    answer?.status === 429 || (statuses.length > 0 && statuses.every((status) => status === 409))
  );
}

/** T23: what all callers spend, and what one of them does. */
function overShared(
  name: string,
  starts: readonly Start[],
  limit: SharedLimit,
  subjectOf: (start: Start) => string,
): readonly Violation[] {
  const { count, windowSeconds, perCaller = Math.ceil(count / 2) } = limit;
  return [
    ...overLimit(name, starts, limit, subjectOf),
    ...overLimit(
      `share of ${name}`,
      starts,
      { count: perCaller, windowSeconds },
      (start) => `${subjectOf(start)} ${start.request.address}`,
    ),
  ];
}

function overLimit(
  name: string,
  starts: readonly Start[],
  { count, windowSeconds }: Limit,
  subjectOf: (start: Start) => string,
): readonly Violation[] {
  const windowMs = windowSeconds * 1000;
  const windowOf = (atMs: number): number => Math.floor(atMs / windowMs);
  // Which of two windows counted a start that began in the one and went on in the other is not told.
  const certain = starts.filter(
    ({ request: { atMs } }) => windowOf(atMs) === windowOf(atMs + MAX_WAIT_MS),
  );
  const groups = Map.groupBy(
    certain,
    (start) => `${subjectOf(start)} ${windowOf(start.request.atMs)}`,
  );
  return [...groups]
    .filter(([, group]) => group.length > count)
    .map(([group, reached]) => ({
      invariant: 'S10',
      about: group.split(' ')[0] ?? '',
      atMs: reached.at(-1)?.calls[0]?.atMs ?? 0,
      message: `${reached.length} starts for ${name} ${group}, allowed are ${count}`,
    }));
}
