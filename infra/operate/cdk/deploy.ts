/** `npm run deploy`: deploys a stage, which must be named. */

import { choice, text } from '../../../shared/command/options.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';
import { CONTEXT_OPTION, findStage, runCdk } from './run-cdk.ts';

const USAGE = `Deploys a stage into the AWS account of your credentials.

npm run deploy -- -c stage=<name> [options]

  -c, --context <key>=<value>    CDK context, such as firewall=true; may be repeated
  --outputs-file <file>          writes the outputs that configure, doctor and probe need
  --require-approval <when>      asks before changes: never, any-change or broadening
  --profile <name>               profile of your AWS configuration`;

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
      throw new UsageError('name the stage after two dashes: npm run deploy -- -c stage=prod');
    }
    await runCdk('deploy', process.argv.slice(2));
  },
});
