/**
 * `npm run probe`: observes through a deployment, with `+990` numbers, what Vonage's documents
 * leave open.
 */

import { CommandError } from '../../../shared/command/command-error.ts';
import { flag, text } from '../../../shared/command/options.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { chooseDeployment, DEPLOYMENT_OPTIONS } from '../deployment/arguments.ts';
import { readTextFile } from '../deployment/read-text-file.ts';
import { observe } from './observe.ts';
import { hasVerified } from './readings.ts';
import { toReport, toTable, writeReport } from './report.ts';

const USAGE = `Verifies +990 numbers through a deployment and shows how Vonage behaves where its documents leave it open.
Exits with 1 if the product misbehaves (docs/vonage.md#the-probe).

npm run probe -- --stage <name> [--outputs outputs.json] [options]
npm run probe -- --local [.local] [options]

  --quick                     leaves out what has to wait for Vonage's times: 10 s instead of 80 s
  --json <file>               where the result is written (reports/probe-<name>.json); it holds nothing private
  --start-token-file <file>   the bearer token of POST /start, where the stage has an authorizer

The stage must accept +990 numbers, and its Vonage application must be in playground mode. With --local,
set VONAGE_TIME_SCALE to the value that npm start has.`;

await runCommand({
  usage: USAGE,
  options: { ...DEPLOYMENT_OPTIONS, quick: flag(), json: text(), 'start-token-file': text() },
  maxPositionals: 1,
  run: async (given) => {
    const { quick: isQuick, json, 'start-token-file': tokenFile } = given.values;
    const { name, apiUrl } = chooseDeployment(given);
    const startToken = tokenFile === undefined ? undefined : readTextFile(tokenFile);
    const seen = await observe({
      backend: {
        apiUrl,
        ...(startToken !== undefined && { startToken }),
        ...(name === 'local' && { timeScale: readTimeScale() }),
      },
      isQuick,
    });
    const report = toReport(name, seen);
    console.log(toTable(report));
    writeReport(json ?? `reports/probe-${name}.json`, report);
    if (report.misbehaves.length > 0) return false;
    if (hasVerified(seen)) return true;
    throw new CommandError(
      'no even number reached the end of its check_url: is the Vonage application in playground mode?',
    );
  },
});

function readTimeScale(): number {
  const scale = Number(process.env.VONAGE_TIME_SCALE || 1);
  if (!(scale > 0)) throw new CommandError('VONAGE_TIME_SCALE must be more than 0');
  return scale;
}
