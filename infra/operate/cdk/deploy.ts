/** `npm run deploy`: deploys a stage that is named, never one by default. */

import { choice, text } from '../../../shared/command/options.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';
import { CONTEXT_OPTION, findStage, runCdk } from './run-cdk.ts';

const USAGE = `Deploys a stage into the AWS account of your credentials.

npm run deploy -- -c stage=<name> [options]

  -c, --context <key>=<value>    such as firewall=true; may be repeated
  --outputs-file <file>          keeps what configure, doctor and probe need: outputs.json
  --require-approval <when>      never, any-change or broadening
  --profile <name>               of your AWS configuration`;

await runCommand({
  usage: USAGE,
  options: {
    ...CONTEXT_OPTION,
    'outputs-file': text(),
    'require-approval': choice(['never', 'any-change', 'broadening']),
    profile: text(),
  },
  run: async ({ values }) => {
    if (!findStage(values.context)) {
      throw new UsageError(
        'a deployment needs its stage, after two dashes: npm run deploy -- -c stage=prod',
      );
    }
    await runCdk('deploy', process.argv.slice(2));
  },
});
