/** `npm run synth`: the template and the bundles of a stage. */

import { progress } from '../../../shared/command/progress.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { describeAssembly } from './assembly.ts';
import { CONTEXT_OPTION, findStage, runCdk } from './run-cdk.ts';

const FOLDER = 'cdk.out';
const USAGE = `Writes the CloudFormation template of a stage and its bundles into ${FOLDER}.

npm run synth [-- options]

  -c, --context <key>=<value>   CDK context: stage=prod (default dev), firewall=true; may be repeated`;

await runCommand({
  usage: USAGE,
  options: CONTEXT_OPTION,
  run: async ({ values }) => {
    progress(`synthesizing stage ${findStage(values.context) ?? 'dev'}`);
    await runCdk('synth', ['--quiet', ...process.argv.slice(2)]);
    console.log(describeAssembly(FOLDER));
  },
});
