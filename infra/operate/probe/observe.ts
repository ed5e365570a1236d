/**
 * Verifies `+990` numbers, each in a different way, and records what happens, without private data.
 */

import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../../shared/command/command-error.ts';
import { progress } from '../../../shared/command/progress.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { type App, type Backend, isApp, type Said, startApp } from './app.ts';
import { type Opened, openCheckUrl } from './handset.ts';

/**
 * Seconds after the start at which Vonage still refuses a DELETE, and at which it accepts one
 * (protocol §3).
 */
export const EARLY_CANCEL_SECONDS = 5;
export const LATE_CANCEL_SECONDS = 35;

/** State of a verification at its end. */
export type Stand = Pick<VerificationObject, 'status' | 'reason'> & {
  readonly isNumberVerified: boolean;
  /** True if Vonage reported the end, because our clock ends nothing before the deadline. */
  readonly isBeforeDeadline: boolean;
};

/** What the app observed of a verification. */
export interface Seen {
  readonly requestId: string;
  readonly checkUrl?: {
    readonly by: 'answer' | 'later';
    readonly host: string;
    readonly afterMs: number;
  };
  readonly opened?: Opened;
  /** Whether the handset received the request_id of the start. */
  readonly isSameRequest?: boolean;
  readonly hasLetter?: boolean;
  /** Result of a second GET of the check_url. */
  readonly openedAgain?: Opened & { readonly isSameCode: boolean };
  readonly checked?: { readonly status: number; readonly code: string };
  readonly ended?: Stand & { readonly afterMs: number };
  readonly wasPushed: boolean;
}

export interface Cancelled extends Seen {
  readonly cancelled: number;
  /** Statuses of further starts of the same number: immediately, and 35 s after the first start. */
  readonly startedAgain: number;
  readonly startedLater?: number;
}

export interface Observations {
  readonly even: Seen;
  readonly odd: Seen;
  readonly failing: Seen;
  readonly wrongCode: Seen;
  readonly earlyCode: Seen;
  /** Absent in a quick run. */
  readonly cancelledEarly?: Cancelled;
  readonly cancelledLate?: Cancelled;
  readonly untouched?: Seen;
}

export interface ObserveOptions {
  readonly backend: Backend;
  /** Leaves out the observations that have to wait for Vonage's times. */
  readonly isQuick: boolean;
}

/** @throws CommandError when the first verification cannot start */
export async function observe(options: ObserveOptions): Promise<Observations> {
  const { backend, isQuick } = options;
  const { timeScale = 1 } = backend;
  const waitUntil = async (app: App, seconds: number): Promise<void> => {
    await sleep(Math.max(seconds * 1000 * timeScale - app.elapsedMs(), 0));
  };
  // First and alone, so that a deployment that refuses everything is called only once.
  const even = await verifyEven(backend);
  const quick = {
    odd: verifyRefused(backend, 'odd', '1'),
    failing: verifyRefused(backend, '99', '99'),
    wrongCode: submitWrongCode(backend),
    earlyCode: submitEarlyCode(backend),
  };
  const slow = isQuick
    ? undefined
    : {
        cancelledEarly: cancelEarly(backend, waitUntil),
        cancelledLate: cancelLate(backend, waitUntil),
        untouched: leaveAlone(backend),
      };
  const settled = await inParallel({ ...quick, ...slow });
  return { even, ...settled };
}

/** Waits for all of them before it reports the failure of one. */
async function inParallel<Work extends Record<string, Promise<unknown>>>(
  work: Work,
): Promise<{ [Name in keyof Work]: Awaited<Work[Name]> }> {
  let left = Object.keys(work).length;
  const tell = (): void => {
    left -= 1;
    if (left > 0) progress(`${left} of them still run`);
  };
  await Promise.all(Object.values(work).map((each) => each.then(tell, tell)));
  const pairs = Object.entries(work).map(async ([name, each]) => [name, await each] as const);
  return Object.fromEntries(await Promise.all(pairs)) as {
    [Name in keyof Work]: Awaited<Work[Name]>;
  };
}

async function verifyEven(backend: Backend): Promise<Seen> {
  progress('even: the check_url, then its code');
  const app = await start(backend, createNumber('8'));
  try {
    const { seen, result } = await openOnce(app);
    if (!result) return toSeen(app, seen);
    const checked = await app.checkCode(result.requestId, result.code);
    const isUnsettled = checked.status === 200 || checked.status === 202;
    const ended = isUnsettled ? await app.ended() : checked.verification;
    return toSeen(app, { ...seen, ...toChecked(checked) }, ended);
  } finally {
    await leave(app);
  }
}

/** The app does not report the refusal, so only a webhook can. */
async function verifyRefused(backend: Backend, name: string, ending: string): Promise<Seen> {
  progress(`${name}: the check_url, then the webhook`);
  const app = await start(backend, createNumber(ending));
  try {
    const { seen, result } = await openOnce(app);
    const ended = result ? undefined : await app.ended();
    return toSeen(app, seen, ended);
  } finally {
    await leave(app);
  }
}

async function submitWrongCode(backend: Backend): Promise<Seen> {
  progress('even: the check_url twice, then a wrong code');
  const app = await start(backend, createNumber('6'));
  try {
    const { seen, result, url } = await openOnce(app);
    if (!result || url === undefined) return toSeen(app, seen);
    const again = await openCheckUrl(url);
    const openedAgain = { ...again.opened, isSameCode: again.result?.code === result.code };
    const checked = await app.checkCode(app.requestId, toWrong(result.code));
    return toSeen(app, { ...seen, openedAgain, ...toChecked(checked) }, checked.verification);
  } finally {
    await leave(app);
  }
}

async function submitEarlyCode(backend: Backend): Promise<Seen> {
  progress('even: a code before the check_url is opened');
  const app = await start(backend, createNumber('4'));
  try {
    const { seen } = await waitForCheckUrl(app);
    const checked = await app.checkCode(app.requestId, 'aB3dE5');
    return toSeen(app, { ...seen, ...toChecked(checked) }, checked.verification);
  } finally {
    await leave(app);
  }
}

type WaitUntil = (app: App, seconds: number) => Promise<void>;

async function cancelEarly(backend: Backend, waitUntil: WaitUntil): Promise<Cancelled> {
  progress(
    `even: cancelled after ${EARLY_CANCEL_SECONDS} s; asks again after ${LATE_CANCEL_SECONDS} s`,
  );
  const number = createNumber('2');
  const app = await start(backend, number);
  try {
    await waitUntil(app, EARLY_CANCEL_SECONDS);
    const { cancelled } = await cancel(app);
    const startedAgain = await tryStart(backend, number);
    if (startedAgain === 202) return { ...cancelled, startedAgain };
    await waitUntil(app, LATE_CANCEL_SECONDS);
    return { ...cancelled, startedAgain, startedLater: await tryStart(backend, number) };
  } finally {
    app.close();
  }
}

async function cancelLate(backend: Backend, waitUntil: WaitUntil): Promise<Cancelled> {
  progress(`even: cancelled after ${LATE_CANCEL_SECONDS} s`);
  const number = createNumber('2');
  const app = await start(backend, number);
  try {
    await waitUntil(app, LATE_CANCEL_SECONDS);
    const { cancelled, url } = await cancel(app);
    // Opened only after the cancel: Vonage may refuse to cancel once a check_url was opened.
    const opened = url === undefined ? {} : { opened: (await openCheckUrl(url)).opened };
    return { ...cancelled, ...opened, startedAgain: await tryStart(backend, number) };
  } finally {
    app.close();
  }
}

async function cancel(app: App): Promise<{
  readonly cancelled: Seen & { readonly cancelled: number };
  readonly url: string | undefined;
}> {
  const { seen, url } = await waitForCheckUrl(app);
  const { status, verification } = await app.cancel();
  const cancelled = { ...toSeen(app, seen, verification), cancelled: status };
  return { cancelled, url };
}

/**
 * The check_url is not opened, so Vonage reports `expired`, or the backend's deadline ends the
 * verification.
 */
async function leaveAlone(backend: Backend): Promise<Seen> {
  progress('even: left alone until Vonage gives up, 60 to 80 s');
  const app = await start(backend, createNumber('0'));
  try {
    const { seen, url } = await waitForCheckUrl(app);
    const end = await app.ended();
    const afterMs = app.elapsedMs();
    const opened = url === undefined ? {} : { opened: (await openCheckUrl(url)).opened };
    const checked = await app.checkCode(app.requestId, 'aB3dE5');
    return toSeen(app, { ...seen, ...opened, ...toChecked(checked) }, end, afterMs);
  } finally {
    await leave(app);
  }
}

async function waitForCheckUrl(
  app: App,
): Promise<{ readonly seen: Partial<Seen>; readonly url?: string }> {
  const found = await app.checkUrl();
  if (!found) return { seen: {} };
  const { by, url } = found;
  const { host } = new URL(url);
  return { seen: { checkUrl: { by, host, afterMs: app.elapsedMs() } }, url };
}

async function openOnce(app: App): Promise<{
  readonly seen: Partial<Seen>;
  readonly url?: string;
  readonly result?: NonNullable<Awaited<ReturnType<typeof openCheckUrl>>['result']>;
}> {
  const { seen, url } = await waitForCheckUrl(app);
  if (url === undefined) return { seen };
  const { opened, result } = await openCheckUrl(url);
  if (!result) return { seen: { ...seen, opened }, url };
  const isSameRequest = result.requestId === app.requestId;
  const hasLetter = /[A-Za-z]/.test(result.code);
  return { seen: { ...seen, opened, isSameRequest, hasLetter }, url, result };
}

function toSeen(
  app: App,
  seen: Partial<Seen>,
  end?: VerificationObject,
  afterMs = app.elapsedMs(),
): Seen {
  const { requestId, wasPushed } = app;
  return {
    requestId,
    ...seen,
    ...(end && { ended: { ...toStand(end), afterMs } }),
    wasPushed: wasPushed(),
  };
}

function toStand({ status, reason, verified, ended_at, expires_at }: VerificationObject): Stand {
  return {
    status,
    reason,
    isNumberVerified: verified.phone_number,
    isBeforeDeadline: ended_at !== null && ended_at < expires_at,
  };
}

function toChecked({ status, code = '' }: Said): Pick<Seen, 'checked'> {
  return { checked: { status, code } };
}

async function start(backend: Backend, number: string): Promise<App> {
  const started = await startApp(backend, number);
  if (isApp(started)) return started;
  throw new CommandError(sentenceOf(started));
}

/** Starts a verification only to find out whether the number is free. */
async function tryStart(backend: Backend, number: string): Promise<number> {
  const started = await startApp(backend, number);
  if (!isApp(started)) return started.status;
  await leave(started);
  return 202;
}

async function leave(app: App): Promise<void> {
  app.close();
  if (app.current().ended_at === null) await app.cancel().catch(() => undefined);
}

function sentenceOf({ status, code }: Said): string {
  const what = `POST /start answered ${[status, code].filter(Boolean).join(' ')}`;
  switch (code) {
    case 'phone_number_refused':
      return `${what}: the stage takes no +990 numbers, see playground in docs/operating.md`;
    case 'rate_limited':
      return `${what}: wait ten minutes, then try again`;
    case 'provider_unavailable':
    case 'dependency_unavailable':
      return `${what}: npm run doctor shows what is missing`;
    default:
      return status === 401 ? `${what}: the stage needs --start-token-file` : what;
  }
}

/** A number in a random block, so that runs do not use up each other's limit. */
function createNumber(ending: string): string {
  return `+990${String(randomInt(10 ** 8)).padStart(8, '0')}${ending.padStart(2, '0')}`;
}

/** A code of the same form with another first character. */
function toWrong(code: string): string {
  return `${code.startsWith('a') ? 'b' : 'a'}${code.slice(1)}`;
}
