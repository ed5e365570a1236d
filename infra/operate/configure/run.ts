/** `npm run configure`: sets up the secrets of a deployment and its Vonage application. */

import { flag, text } from '../../../shared/command/options.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';
import { chooseDeployment, DEPLOYMENT_OPTIONS } from '../deployment/arguments.ts';
import { openAws } from '../deployment/aws.ts';
import { openSecrets } from '../deployment/secrets.ts';
import { configure } from './configure.ts';
import { createJwt } from './print-jwt.ts';
import { openPrompt } from './prompt.ts';
import { collectWishes, MADE_HERE } from './wishes.ts';

const USAGE = `Sets up the secrets of a deployment and the Status URL of its Vonage application.

npm run configure -- --stage <name> [--outputs outputs.json] [options]
npm run configure -- --local [.local] [options]

  --application-id <id>            id of the Vonage application
  --private-key-file <file>        private key of the application, PEM
  --api-key <key>                  API key of the Vonage account
  --signature-secret-file <file>   signature secret of the account; the previous one stays valid
  --api-secret-file <file>         API secret of the account: sets the Status URL; is not stored
  --create-application             creates the application with a new key pair, or reuses the
                                   configured one; needs the API key and secret
  --playground                     with --create-application: an application for +990 numbers
  --print-jwt                      only prints a JWT of the application, for curl
  --rotate-proof-key               creates a new key for proofs; the previous one stays published
  --drop-previous                  removes the previous keys
  --dry-run                        prints the changes and writes nothing

At a terminal, configure asks for missing values. Secrets are never arguments.`;

await runCommand({
  usage: USAGE,
  options: {
    ...DEPLOYMENT_OPTIONS,
    'application-id': text(),
    'private-key-file': text(),
    'api-key': text(),
    'signature-secret-file': text(),
    'api-secret-file': text(),
    'create-application': flag(),
    playground: flag(),
    'print-jwt': flag(),
    'rotate-proof-key': flag(),
    'drop-previous': flag(),
    'dry-run': flag(),
  },
  maxPositionals: 1,
  run: async (given) => {
    const { values } = given;
    const isCreated = values['create-application'];
    if (values.playground && !isCreated) {
      throw new UsageError('--playground is for --create-application');
    }
    if (isCreated && values['private-key-file'] !== undefined) {
      throw new UsageError(
        '--create-application creates the private key: leave --private-key-file out',
      );
    }
    const deployment = chooseDeployment(given);
    const secrets = openSecrets(deployment);
    if (values['print-jwt']) return void console.log(await createJwt(secrets));
    await configure({
      deployment,
      secrets,
      callAws: openAws(deployment),
      wishes: await collectWishes(values, openPrompt(), isCreated ? MADE_HERE : []),
      create: isCreated ? { isPlayground: values.playground } : undefined,
      rotation: {
        rotateProofKey: values['rotate-proof-key'],
        dropPrevious: values['drop-previous'],
      },
      dryRun: values['dry-run'],
      tell: (line) => console.log(line),
    });
  },
});
