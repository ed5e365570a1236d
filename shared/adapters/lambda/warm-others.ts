/**
 * Invokes other functions asynchronously, so that they end INIT while Vonage and the carrier are at
 * work. An instance does this at its first request, and at the first one after ten idle minutes.
 */

import { WARM_UP_EVENT } from '../../config.ts';
import type { WarmOthers } from '../../domain/ports/warm-up.ts';
import { type AwsRequestOptions, requestAws } from '../aws/request.ts';

export interface WarmOthersOptions extends AwsRequestOptions {
  /** Names of functions, with `:<alias>` if they have one. */
  readonly names: readonly string[];
}

/** Lambda keeps an idle instance for about this long, in milliseconds. */
const IDLE_MS = 10 * 60_000;

export function createWarmOthers({ names, ...options }: WarmOthersOptions): WarmOthers {
  let usedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = options.clock.now();
    const isInUse = nowMs - usedAtMs < IDLE_MS;
    usedAtMs = nowMs;
    if (isInUse) return;
    for (const name of names) void invoke(name, options).catch(() => {});
  };
}

async function invoke(name: string, options: AwsRequestOptions): Promise<void> {
  const host = options.endpoint ?? `https://lambda.${options.region}.amazonaws.com`;
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  const headers = { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' };
  const request = { url: new URL(path, host), headers, body: JSON.stringify(WARM_UP_EVENT) };
  await requestAws('lambda', request, options);
}
