/** `npm run doctor`: examines a deployment from outside; exits with 1 when there is a fault. */

import { text } from '../../../shared/command/options.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { chooseDeployment, DEPLOYMENT_OPTIONS } from '../deployment/arguments.ts';
import { openAws } from '../deployment/aws.ts';
import { readTextFile } from '../deployment/read-text-file.ts';
import { openSecrets } from '../deployment/secrets.ts';
import { examine, toTable } from './examine.ts';

const USAGE = `Examines a deployment from outside, from its secrets to its sockets; exits with 1 at a fault.

npm run doctor -- --stage <name> [--outputs outputs.json] [options]
npm run doctor -- --local [.local] [options]

  --api-secret-file <file>   API secret of the Vonage account: checks the Status URL
  --number <+…>              starts a verification for this number of yours, opens the WebSocket
                             with it and cancels it again; may cost what Vonage charges for it`;

await runCommand({
  usage: USAGE,
  options: { ...DEPLOYMENT_OPTIONS, 'api-secret-file': text(), number: text() },
  maxPositionals: 1,
  run: async (given) => {
    const { 'api-secret-file': file, number } = given.values;
    const deployment = chooseDeployment(given);
    const findings = await examine({
      deployment,
      secrets: openSecrets(deployment),
      callAws: openAws(deployment),
      apiSecret: file === undefined ? undefined : readTextFile(file),
      number: number ?? deployment.number,
    });
    console.log(toTable(findings));
    return findings.every(({ result }) => result !== 'fault');
  },
});
