/** The command line of `load` and `kill`. */

import { flag, integer, text } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';

export interface Options {
  readonly verifications: number;
  readonly concurrency: number;
  readonly seed: string;
  readonly json: boolean;
  /** Says how many are done. */
  readonly progress: (done: number) => void;
}

const MOST = 100_000;

/** @param usage its first sentence says what the command does; the options are added */
export function readOptions(
  usage: string,
  defaults: Pick<Options, 'verifications' | 'concurrency'>,
): Options {
  const { values } = readCommandLine({
    usage: `${usage}

  --verifications <number>   how many in all (${defaults.verifications})
  --concurrency <number>     how many at a time (${defaults.concurrency})
  --seed <text>              of everything that is random (1)
  --json                     the report as JSON`,
    options: {
      verifications: integer({ min: 1, max: MOST }, defaults.verifications),
      concurrency: integer({ min: 1, max: MOST }, defaults.concurrency),
      seed: text('1'),
      json: flag(),
    },
  });
  const { verifications, concurrency, seed, json } = values;
  const every = Math.max(1, Math.floor(verifications / 20));
  return {
    verifications,
    concurrency: Math.min(concurrency, verifications),
    seed,
    json,
    progress(done) {
      if (done % every === 0) progress(`${done}/${verifications} done`);
    },
  };
}
