/** The command line of `load` and `kill`. */

import { parseArgs } from 'node:util';

export interface Options {
  readonly verifications: number;
  readonly concurrency: number;
  readonly seed: string;
  readonly json: boolean;
  /** Tells a terminal how many are done. */
  readonly progress: (done: number) => void;
}

const MOST = 100_000;

/** @throws for numbers that are none */
export function readOptions(defaults: Pick<Options, 'verifications' | 'concurrency'>): Options {
  const { values } = parseArgs({
    options: {
      verifications: { type: 'string', default: String(defaults.verifications) },
      concurrency: { type: 'string', default: String(defaults.concurrency) },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const verifications = toCount('--verifications', values.verifications);
  const concurrency = toCount('--concurrency', values.concurrency);
  const every = Math.max(1, Math.floor(verifications / 20));
  const isTold = process.stderr.isTTY && !values.json;
  return {
    verifications,
    concurrency: Math.min(concurrency, verifications),
    seed: values.seed,
    json: values.json,
    progress(done) {
      if (isTold && done % every === 0) process.stderr.write(`${done}/${verifications} done\n`);
    },
  };
}

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new Error(`${name} must be a whole number from 1 to ${MOST}`);
  }
  return count;
}
