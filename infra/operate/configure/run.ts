/** `npm run configure`: sets up the secrets of a deployment and its Vonage application. */

import { parseArguments } from '../deployment/arguments.ts';
import { openAws } from '../deployment/aws.ts';
import { runCommand } from '../deployment/run-command.ts';
import { openSecrets } from '../deployment/secrets.ts';
import { configure } from './configure.ts';
import { openPrompt } from './prompt.ts';
import { collectWishes, OPTIONS } from './wishes.ts';

const USAGE = `npm run configure -- --stage <name> [--outputs outputs.json] [options]
npm run configure -- --local [.local] [options]

  --application-id <id>            of the Vonage application
  --private-key-file <file>        its private key, PEM
  --api-key <key>                  of the Vonage account
  --signature-secret-file <file>   the account's signature secret; the one before stays valid
  --api-secret-file <file>         the account's API secret: sets the Status URL, is not stored
  --rotate-proof-key               a new key for proofs; the one before stays published
  --drop-previous                  forget the keys before
  --dry-run                        tell what would be done

At a terminal it asks for what is not given. Secrets are never arguments.`;

await runCommand(USAGE, async () => {
  const { deployment, values, flags } = parseArguments(process.argv.slice(2), OPTIONS, [
    'rotate-proof-key',
    'drop-previous',
    'dry-run',
  ]);
  await configure({
    deployment,
    secrets: openSecrets(deployment),
    callAws: openAws(deployment),
    wishes: await collectWishes(values, openPrompt()),
    rotation: {
      rotateProofKey: flags.has('rotate-proof-key'),
      dropPrevious: flags.has('drop-previous'),
    },
    dryRun: flags.has('dry-run'),
    tell: (line) => console.log(line),
  });
  return true;
});
