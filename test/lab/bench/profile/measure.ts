/** Where the CPU's time of warm requests goes: each function alone in one process, over real sockets. */

import { join } from 'node:path';
import { build } from 'esbuild';
import { ESBUILD_OPTIONS } from '../../../../infra/aws/bundle.ts';
import { LAMBDA_VARIABLES } from '../../../fixtures/lambda-variables.ts';
import { variables } from '../../../system/performance/bundled-function.ts';
import { startRecordedPeers } from '../../../system/performance/recorded-peers.ts';
import { forkChild } from '../child.ts';
import { OURS, type Ours } from '../cold/builds.ts';
import { openStarter } from '../cold/candidates.ts';
import { checkEvent, startEvent, webhookEvent } from '../cold/requests.ts';
import type { Order, Outcome } from './child.ts';

export interface ProfileReport {
  readonly invocations: number;
  readonly results: readonly (Outcome & { readonly name: Ours })[];
}

const CHILD = join(import.meta.dirname, 'child.ts');
const INVOCATIONS = 2000;
/** Until the engine has compiled what is run often. */
const WARM_UP = 300;
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const OUTPUT = join(ROOT, 'reports', 'bench-profile');

export async function measureProfile(say: (line: string) => void): Promise<ProfileReport> {
  const bundleOf = (name: Ours): string => join(OUTPUT, name, 'index.mjs');
  for (const name of OURS) {
    await build({
      ...ESBUILD_OPTIONS,
      minify: false,
      sourcemap: 'external',
      entryPoints: [join(ROOT, 'functions', name, 'index.ts')],
      outfile: bundleOf(name),
    });
  }
  const peers = await startRecordedPeers();
  const closers: (() => Promise<void>)[] = [];
  try {
    const environment = variables(peers);
    const starter = await openStarter({ folder: join(OUTPUT, 'start'), environment }, closers);
    const events = {
      start: startEvent,
      webhook: webhookEvent,
      'check-code': async () => checkEvent(await starter()),
    };
    const results: (Outcome & { readonly name: Ours })[] = [];
    for (const name of OURS) {
      say(`profile of ${name}`);
      const order = { bundle: bundleOf(name), warmUp: WARM_UP, events: [] as object[] };
      while (order.events.length < WARM_UP + INVOCATIONS) order.events.push(await events[name]());
      const child = forkChild<Order, Outcome>(CHILD, { ...environment, ...LAMBDA_VARIABLES });
      results.push({ name, ...(await child.carryOut(order).finally(child.close)) });
      peers.take();
    }
    return { invocations: INVOCATIONS, results };
  } finally {
    for (const close of closers) await close();
    await peers.close();
  }
}
