/** What `load` and `kill` have in common: their command line, the stack, the crowd, the report. */

import { flag, integer, text } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import { setFaults } from '../../fixtures/local-services.ts';
import { findPrivate } from '../../fixtures/private-lines.ts';
import { type CrowdOptions, runCrowd } from './crowd.ts';
import { closeConnections } from './http.ts';
import { type LabStack, type LabStackOptions, startLabStack } from './lab-stack.ts';
import { type Report, toReport, toText } from './report.ts';

interface LoadCommand {
  /** Its first sentence says what the command does; the options are added. */
  readonly usage: string;
  /** Without `--concurrency`. */
  readonly concurrency: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly stackOptions?: LabStackOptions;
  readonly crowd: Pick<CrowdOptions, 'patienceMs' | 'exactly' | 'webhooksMs'>;
  /** Begins something that disturbs the stack, and returns what ends it. */
  readonly disturb?: (stack: LabStack, seed: string) => () => Promise<void>;
}

const VERIFICATIONS = 500;
const MOST = 100_000;

/** @returns what was wanted, the report, and `print`, which adds members to its JSON or a line to its text */
export async function runLoad(command: LoadCommand): Promise<{
  readonly wanted: number;
  readonly report: Report;
  readonly print: (more?: object, line?: string) => void;
}> {
  const { values } = readCommandLine({
    usage: `${command.usage}

  --verifications <number>   how many in all (${VERIFICATIONS})
  --concurrency <number>     how many at a time (${command.concurrency})
  --seed <text>              of everything that is random (1)
  --json                     the report as JSON`,
    options: {
      verifications: integer({ min: 1, max: MOST }, VERIFICATIONS),
      concurrency: integer({ min: 1, max: MOST }, command.concurrency),
      seed: text('1'),
      json: flag(),
    },
  });
  const { verifications, seed, json } = values;
  const every = Math.max(1, Math.floor(verifications / 20));
  progress('starting the stack');
  const stack = await startLabStack(command.settings ?? {}, command.stackOptions ?? {});
  const leaks: string[] = [];
  stack.onLine((line) => leaks.push(...findPrivate(line)));
  try {
    // The check_url comes by webhook alone, so that every story goes over a push.
    await setFaults(stack.endpoints, { request: { check_url_in: 'webhook' } });
    const afterPhones = command.disturb?.(stack, seed);
    const outcome = await runCrowd(stack, {
      ...command.crowd,
      verifications,
      concurrency: Math.min(values.concurrency, verifications),
      seed,
      progress: (done) => {
        if (done % every === 0) progress(`${done}/${verifications} done`);
      },
      ...(afterPhones && { afterPhones }),
    });
    const report = toReport({ ...outcome, leaks });
    const print = (more = {}, line = ''): void =>
      console.log(json ? JSON.stringify({ ...report, ...more }, null, 2) : toText(report) + line);
    return { wanted: verifications, report, print };
  } finally {
    closeConnections();
    await stack.close();
  }
}
