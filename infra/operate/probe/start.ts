/** Starts of the probe, and the end of what they started. */

import { CommandError } from '../../../shared/command/command-error.ts';
import { type App, type Backend, isApp, type Said, startApp } from './app.ts';

/** @throws CommandError that says why the start was refused */
export async function startOrExplain(backend: Backend, number: string): Promise<App> {
  const started = await startApp(backend, number);
  if (isApp(started)) return started;
  throw new CommandError(sentenceOf(started));
}

/** Starts a verification only to find out whether the number is free. */
export async function tryStart(backend: Backend, number: string): Promise<number> {
  const started = await startApp(backend, number);
  if (!isApp(started)) return started.status;
  await leave(started);
  return 202;
}

export async function leave(app: App): Promise<void> {
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
