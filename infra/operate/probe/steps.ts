/** Steps that several stories share, and how their results become what is recorded. */

import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import type { App, Said } from './app.ts';
import { openCheckUrl } from './handset.ts';
import type { Seen, Stand } from './observations.ts';

export async function waitForCheckUrl(
  app: App,
): Promise<{ readonly seen: Partial<Seen>; readonly url?: string }> {
  const found = await app.checkUrl();
  if (!found) return { seen: {} };
  const { by, url } = found;
  const { host } = new URL(url);
  return { seen: { checkUrl: { by, host, afterMs: app.elapsedMs() } }, url };
}

export async function openOnce(app: App): Promise<{
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

export function toSeen(
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

export function toChecked({ status, code = '' }: Said): Pick<Seen, 'checked'> {
  return { checked: { status, code } };
}
