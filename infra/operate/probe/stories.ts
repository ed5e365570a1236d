/** The ways in which the probe takes a verification to its end. Each starts one and leaves none running. */

import { randomInt } from 'node:crypto';
import { progress } from '../../../shared/command/progress.ts';
import type { App, Backend } from './app.ts';
import { openCheckUrl } from './handset.ts';
import type { Cancelled, Seen } from './observations.ts';
import { leave, startOrExplain, tryStart } from './start.ts';
import { openOnce, toChecked, toSeen, waitForCheckUrl } from './steps.ts';

/**
 * Seconds after the start at which Vonage still refuses a DELETE, and at which it accepts one
 * (protocol §3).
 */
export const EARLY_CANCEL_SECONDS = 5;
export const LATE_CANCEL_SECONDS = 35;

export async function verifyEven(backend: Backend): Promise<Seen> {
  progress('even: the check_url, then its code');
  return verify(backend, '8', async (app) => {
    const { seen, result } = await openOnce(app);
    if (!result) return toSeen(app, seen);
    const checked = await app.checkCode(result.requestId, result.code);
    const isUnsettled = checked.status === 200 || checked.status === 202;
    const ended = isUnsettled ? await app.ended() : checked.verification;
    return toSeen(app, { ...seen, ...toChecked(checked) }, ended);
  });
}

/** The app does not report the refusal, so only a webhook can. */
export async function verifyRefused(backend: Backend, name: string, ending: string): Promise<Seen> {
  progress(`${name}: the check_url, then the webhook`);
  return verify(backend, ending, async (app) => {
    const { seen, result } = await openOnce(app);
    const ended = result ? undefined : await app.ended();
    return toSeen(app, seen, ended);
  });
}

export async function submitWrongCode(backend: Backend): Promise<Seen> {
  progress('even: the check_url twice, then a wrong code');
  return verify(backend, '6', async (app) => {
    const { seen, result, url } = await openOnce(app);
    if (!result || url === undefined) return toSeen(app, seen);
    const again = await openCheckUrl(url);
    const openedAgain = { ...again.opened, isSameCode: again.result?.code === result.code };
    const checked = await app.checkCode(app.requestId, toWrong(result.code));
    return toSeen(app, { ...seen, openedAgain, ...toChecked(checked) }, checked.verification);
  });
}

export async function submitEarlyCode(backend: Backend): Promise<Seen> {
  progress('even: a code before the check_url is opened');
  return verify(backend, '4', async (app) => {
    const { seen } = await waitForCheckUrl(app);
    const checked = await app.checkCode(app.requestId, 'aB3dE5');
    return toSeen(app, { ...seen, ...toChecked(checked) }, checked.verification);
  });
}

export type WaitUntil = (app: App, seconds: number) => Promise<void>;

export async function cancelEarly(backend: Backend, waitUntil: WaitUntil): Promise<Cancelled> {
  progress(
    `even: cancelled after ${EARLY_CANCEL_SECONDS} s; asks again after ${LATE_CANCEL_SECONDS} s`,
  );
  const number = createNumber('2');
  const app = await startOrExplain(backend, number);
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

export async function cancelLate(backend: Backend, waitUntil: WaitUntil): Promise<Cancelled> {
  progress(`even: cancelled after ${LATE_CANCEL_SECONDS} s`);
  const number = createNumber('2');
  const app = await startOrExplain(backend, number);
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
export async function leaveAlone(backend: Backend): Promise<Seen> {
  progress('even: left alone until Vonage gives up, 60 to 80 s');
  return verify(backend, '0', async (app) => {
    const { seen, url } = await waitForCheckUrl(app);
    const end = await app.ended();
    const afterMs = app.elapsedMs();
    const opened = url === undefined ? {} : { opened: (await openCheckUrl(url)).opened };
    const checked = await app.checkCode(app.requestId, 'aB3dE5');
    return toSeen(app, { ...seen, ...opened, ...toChecked(checked) }, end, afterMs);
  });
}

/** Starts a verification, and leaves none running. */
async function verify(
  backend: Backend,
  ending: string,
  story: (app: App) => Promise<Seen>,
): Promise<Seen> {
  const app = await startOrExplain(backend, createNumber(ending));
  try {
    return await story(app);
  } finally {
    await leave(app);
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
