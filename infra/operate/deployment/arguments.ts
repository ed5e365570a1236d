/** Arguments with which the operators' commands choose the deployment. */

import { flag, text } from '../../../shared/command/options.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';
import { type Deployment, readLocalDeployment, readStageDeployment } from './deployment.ts';

const LOCAL_FOLDER = '.local';

/** `--stage <name> [--outputs <file>]` or `--local [<folder>]`. */
export const DEPLOYMENT_OPTIONS = { stage: text(), outputs: text('outputs.json'), local: flag() };

interface Given {
  readonly values: {
    readonly stage: string | undefined;
    readonly outputs: string;
    readonly local: boolean;
  };
  readonly positionals: readonly string[];
}

/** @throws UsageError, or CommandError when the deployment is missing */
export function chooseDeployment({ values, positionals }: Given): Deployment {
  const { stage, outputs, local } = values;
  const [folder] = positionals;
  if (local === (stage !== undefined)) throw new UsageError('give either --stage or --local');
  if (stage === undefined) return readLocalDeployment(folder ?? LOCAL_FOLDER);
  if (folder !== undefined) throw new UsageError(`the argument ${folder} is not understood`);
  return readStageDeployment(stage, outputs);
}
