/** `npm run doctor`: examines a deployment from outside; exits with 1 when there is a fault. */

import { readFileSync } from 'node:fs';
import { parseArguments } from '../deployment/arguments.ts';
import { openAws } from '../deployment/aws.ts';
import { runCommand } from '../deployment/run-command.ts';
import { openSecrets } from '../deployment/secrets.ts';
import { examine, toTable } from './examine.ts';

const USAGE = `npm run doctor -- --stage <name> [--outputs outputs.json] [options]
npm run doctor -- --local [.local] [options]

  --api-secret-file <file>   API secret of the Vonage account: checks the Status URL
  --number <+…>              starts a verification for this number of yours, opens the WebSocket
                             with it and cancels it again; may cost what Vonage charges for it`;

await runCommand(USAGE, async () => {
  const { deployment, values } = parseArguments(
    process.argv.slice(2),
    ['api-secret-file', 'number'],
    [],
  );
  const file = values['api-secret-file'];
  const findings = await examine({
    deployment,
    secrets: openSecrets(deployment),
    callAws: openAws(deployment),
    apiSecret: file === undefined ? undefined : readFileSync(file, 'utf8').trim(),
    number: values.number ?? deployment.number,
  });
  console.log(toTable(findings));
  return findings.every(({ result }) => result !== 'fault');
});
