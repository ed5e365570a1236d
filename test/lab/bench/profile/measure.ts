/** Where the CPU's time of warm requests goes: each function alone in one process, over real sockets. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ESBUILD_OPTIONS } from '../../../../infra/aws/bundle.ts';
import { progress } from '../../../../shared/command/progress.ts';
import { variables } from '../../../fixtures/bundled-function.ts';
import { LAMBDA_VARIABLES } from '../../../fixtures/lambda-variables.ts';
import { startRecordedPeers } from '../../../fixtures/recorded-peers.ts';
import { httpEvent } from '../../../fixtures/requests.ts';
import { buildFunction, OURS } from '../builds.ts';
import { openRequests } from '../lambda.ts';
import type { Measured, Row } from '../report.ts';

import { single } from '../statistics.ts';
import type { Order, Outcome } from './child.ts';

const CHILD = join(import.meta.dirname, 'child.ts');
const INVOCATIONS = 2000;
/** Until the engine has compiled what is run often. */
const WARM_UP = 300;
const BUILD = { ...ESBUILD_OPTIONS, minify: false, sourcemap: 'external' } as const;

export async function measureProfile(): Promise<Measured> {
  const folders = new Map<string, string>();
  for (const name of OURS) folders.set(name, await buildFunction('profiled', name, BUILD));
  const peers = await startRecordedPeers();
  const environment = variables(peers);
  const requests = await openRequests({ folder: folders.get('start') ?? '', environment });
  const outcomes: (Outcome & { readonly name: string })[] = [];
  try {
    for (const name of OURS) {
      progress(`profile of ${name}`);
      const events: object[] = [];
      while (events.length < WARM_UP + INVOCATIONS) {
        const request = await requests[name]();
        events.push(httpEvent(request.route, request));
      }
      const bundle = join(folders.get(name) ?? '', 'index.mjs');
      const order = { bundle, warmUp: WARM_UP, events };
      outcomes.push({ name, ...(await runChild(order, { ...environment, ...LAMBDA_VARIABLES })) });
      peers.take();
    }
  } finally {
    await requests.close();
    await peers.close();
  }
  const cpu = outcomes.map(({ name, cpuMs }) => `${name} ${cpuMs.toFixed(2)}`).join(', ');
  return {
    parts: [
      toRows(outcomes),
      `${INVOCATIONS} warm requests each, in one process. CPU ms of one, with the profiler: ${cpu}.`,
    ],
  };
}

async function runChild(order: Order, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const child = fork(CHILD, { execArgv: [], env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error('the profiled function ended')),
  );
  child.send(order);
  const [outcome] = await Promise.race([once(child, 'message'), ended]);
  child.disconnect();
  return outcome;
}

/** The heaviest functions of each, one table. */
function toRows(outcomes: readonly (Outcome & { readonly name: string })[]): readonly Row[] {
  return (outcomes[0]?.heaviest ?? []).map((_, place) =>
    Object.fromEntries(
      outcomes.flatMap(({ name: title, heaviest }) => {
        const { name = '', where = '', share = Number.NaN } = heaviest[place] ?? {};
        return [
          [title, `${name}: ${where}`],
          [`${title} %`, single(100 * share, 1)],
        ];
      }),
    ),
  );
}
