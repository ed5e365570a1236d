/** The arguments that `configure` and `doctor` share: which deployment they are about. */

import { parseArgs } from 'node:util';
import { type Deployment, readLocalDeployment, readStageDeployment } from './deployment.ts';
import { UsageError } from './usage-error.ts';

const OUTPUTS_FILE = 'outputs.json';
const LOCAL_FOLDER = '.local';

export interface Arguments<Option extends string, Flag extends string> {
  readonly deployment: Deployment;
  readonly values: Readonly<Partial<Record<Option, string>>>;
  readonly flags: ReadonlySet<Flag>;
}

/**
 * `--stage <name> [--outputs <file>]` or `--local [<folder>]`, and the command's own.
 * @param options names that take a value
 * @param flags names that take none
 * @throws UsageError
 */
export function parseArguments<Option extends string, Flag extends string>(
  argv: readonly string[],
  options: readonly Option[],
  flags: readonly Flag[],
): Arguments<Option, Flag> {
  const { values, positionals } = parse(argv, options, flags);
  const given = new Map(Object.entries(values));
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const stage = text('stage');
  const isLocal = given.get('local') === true;
  if (isLocal === (stage !== undefined)) throw new UsageError('say either --stage or --local');
  const [folder = LOCAL_FOLDER, ...others] = positionals;
  if (others.length > 0 || (!isLocal && positionals.length > 0)) {
    throw new UsageError(`${positionals.at(-1)} is not understood`);
  }
  const pairs = options.flatMap((name) => {
    const value = text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const deployment =
    stage === undefined
      ? readLocalDeployment(folder)
      : readStageDeployment(stage, text('outputs') ?? OUTPUTS_FILE);
  const chosen: Partial<Record<Option, string>> = {};
  for (const [name, value] of pairs) chosen[name] = value;
  return { deployment, values: chosen, flags: new Set(flags.filter((name) => given.get(name))) };
}

function parse(
  argv: readonly string[],
  options: readonly string[],
  flags: readonly string[],
): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: Object.fromEntries([
        ...['stage', 'outputs', ...options].map((name) => [name, { type: 'string' as const }]),
        ...['local', ...flags].map((name) => [name, { type: 'boolean' as const }]),
      ]),
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
