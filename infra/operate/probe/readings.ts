/**
 * Derives from the observations what is known about each open fact (protocol §12), and where the
 * product misbehaves.
 */

import type { Cancelled, Observations, Seen } from './observations.ts';

/** What was observed about each fact, by its number; absent if `+990` numbers cannot show it. */
export type Readings = Readonly<Partial<Record<number, string>>>;

export function toReadings(seen: Observations): Readings {
  const { even, wrongCode, earlyCode, cancelledEarly, cancelledLate, untouched } = seen;
  const refused = [seen.odd, seen.failing];
  return {
    1: delays(seen),
    2: hasWebhook(seen)
      ? 'tokens of first deliveries are accepted; no retry was provoked'
      : undefined,
    3: hasWebhook(seen)
      ? 'webhooks are accepted: the hash is that of the bytes on the wire'
      : 'no webhook had an effect',
    4: joined(
      cancelledEarly && `after 5 s: ${cancellation(cancelledEarly)}`,
      cancelledLate && `after 35 s: ${cancellation(cancelledLate)}`,
    ),
    5: joined(
      ...refused.map(({ opened }, index) =>
        index === 0 ? `odd: ${lastAnswer(opened)}` : `99: ${lastAnswer(opened)}`,
      ),
    ),
    7: joined(...places(seen)),
    8: wrongCode.checked && `${checkAnswer(wrongCode)}, then ${stand(wrongCode)}`,
    9: joined(
      earlyCode.checked && `while it runs: ${checkAnswer(earlyCode)}`,
      untouched?.checked && `after the end: ${checkAnswer(untouched)}`,
    ),
    11: `ends: ${[even, ...refused, untouched].map((each) => stand(each)).join(', ')}; a price is not shown to apps`,
    12: cancelledEarly && `the same number while it runs at Vonage: ${cancelledEarly.startedAgain}`,
    14: joined(
      wrongCode.openedAgain && `second GET: ${again(wrongCode.openedAgain)}`,
      cancelledLate?.opened && `after a cancel: ${lastAnswer(cancelledLate.opened)}`,
      untouched?.opened && `after ${stand(untouched)}: ${lastAnswer(untouched.opened)}`,
    ),
    15:
      even.checkUrl && `check_url on ${even.checkUrl.host}; hops: ${even.opened?.hosts.join(', ')}`,
    16: "the stage's brand is accepted",
    20: `silent_auth alone: ${stand(seen.odd)}; fallback cannot be tried with +990`,
  };
}

/**
 * Observations that mean that the product misbehaves. docs/vonage.md lists them under the same
 * names. No other observation makes the command fail.
 */
export const MISBEHAVES: Readonly<Record<string, (seen: Observations) => boolean>> = {
  'no-check-url': ({ even, odd, failing, wrongCode }) =>
    [even, odd, failing, wrongCode].every(({ checkUrl }) => checkUrl === undefined),
  'chain-not-followed': ({ even, odd, failing, wrongCode }) =>
    [even, odd, failing, wrongCode].some(({ opened }) => opened?.fault !== undefined),
  'other-request-id': (seen) => all(seen).some(({ isSameRequest }) => isSameRequest === false),
  'right-code-refused': ({ even }) =>
    even.isSameRequest === true && even.ended?.status !== 'completed',
  'number-not-verified': ({ even }) =>
    even.ended?.status === 'completed' && !even.ended.isNumberVerified,
  'wrong-code-accepted': ({ wrongCode, earlyCode }) =>
    [wrongCode, earlyCode].some(({ ended }) => ended?.status === 'completed'),
  'no-webhook': (seen) =>
    !hasWebhook(seen) && [seen.odd, seen.failing].some(({ opened }) => isRefusal(opened?.status)),
};

export function misbehaviours(seen: Observations): readonly string[] {
  return Object.entries(MISBEHAVES).flatMap(([name, isSo]) => (isSo(seen) ? [name] : []));
}

/**
 * Whether a check_url led to a code. Without one most facts stay open and the product was not
 * tested.
 */
export function hasVerified({ even }: Observations): boolean {
  return even.isSameRequest !== undefined;
}

/**
 * Whether a webhook had an effect: only a webhook brings an end before the deadline, or a check_url
 * after the start.
 */
function hasWebhook(seen: Observations): boolean {
  const { odd, failing, untouched } = seen;
  return (
    [odd, failing, untouched].some((each) => each?.ended?.isBeforeDeadline) ||
    all(seen).some(({ checkUrl }) => checkUrl?.by === 'later')
  );
}

/** Vonage's documents name 409 and 412, and its contract names more. */
function isRefusal(status = 0): boolean {
  return status >= 400;
}

function all(seen: Observations): readonly Seen[] {
  return Object.values(seen).filter((each): each is Seen => each !== undefined);
}

function delays(seen: Observations): string | undefined {
  const { odd, failing, untouched } = seen;
  const afterRefusal = [odd, failing].flatMap(({ ended, opened, checkUrl }) =>
    ended?.isBeforeDeadline && opened && checkUrl
      ? [seconds(ended.afterMs - checkUrl.afterMs - opened.milliseconds)]
      : [],
  );
  return joined(
    afterRefusal.length > 0 && `a refusal is reported after ${afterRefusal.join(' and ')}`,
    untouched?.ended &&
      `an unopened check_url ends after ${seconds(untouched.ended.afterMs)}${untouched.ended.isBeforeDeadline ? '' : ', by our clock'}`,
  );
}

function places(seen: Observations): readonly string[] {
  const found = all(seen).flatMap(({ checkUrl }) => (checkUrl ? [checkUrl] : []));
  const late = found.filter(({ by }) => by === 'later');
  const slowest = Math.max(0, ...late.map(({ afterMs }) => afterMs));
  return [
    `check_url with the answer to the start: ${found.length - late.length} of ${all(seen).length}`,
    ...(late.length > 0 ? [`later: ${late.length}, the slowest after ${seconds(slowest)}`] : []),
  ];
}

function cancellation({ cancelled, startedAgain, startedLater }: Cancelled): string {
  const later = startedLater === undefined ? '' : `, after 35 s ${startedLater}`;
  return `${cancelled}; a start of the same number at once ${startedAgain}${later}`;
}

function checkAnswer({ checked }: Seen): string {
  return checked ? [checked.status, checked.code].filter(Boolean).join(' ') : 'not tried';
}

function again(opened: NonNullable<Seen['openedAgain']>): string {
  const { status, isSameCode } = opened;
  return status === 200
    ? `200 with ${isSameCode ? 'the same' : 'another'} code`
    : lastAnswer(opened);
}

function lastAnswer(opened: Seen['opened']): string {
  if (!opened) return 'not opened';
  const { status, refusal, fault } = opened;
  return [status, refusal, fault].filter(Boolean).join(' ');
}

function stand(seen: Seen | undefined): string {
  if (!seen?.ended) return 'no end';
  const { status, reason } = seen.ended;
  return reason === null ? status : `${status} (${reason})`;
}

function joined(...parts: readonly (string | false | undefined)[]): string | undefined {
  const said = parts.filter(Boolean);
  return said.length > 0 ? said.join('; ') : undefined;
}

function seconds(milliseconds: number): string {
  return `${(Math.max(milliseconds, 0) / 1000).toFixed(1)} s`;
}
