/**
 * Every command of package.json: `--help`, an unknown option and a wrong value, after which nothing is
 * done; and the message for a fault that its user can mend.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Ended, runProgram } from '../fixtures/command.ts';

const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
const NAMES = Object.keys(scripts);
const FREE_PORTS = { API_PORT: '0', WEBSOCKET_PORT: '0', VONAGE_PORT: '0', AWS_PORT: '0' };
/** A frame of a stack trace. */
const STACK = /^\s+at .*:\d+:\d+\)?$/m;

const folder = mkdtempSync(join(tmpdir(), 'silent-auth-commands-'));
const LOCAL_DIR = join(folder, 'local');
/** Nothing listens there: only root may, and fetch does not refuse the port. */
const NOWHERE = 'http://127.0.0.1:8';
/** Some commands write documents; no call of this file may. */
const documents = datesOfDocuments();

afterAll(() => {
  expect(datesOfDocuments()).toEqual(documents);
  rmSync(folder, { recursive: true, force: true });
});

function datesOfDocuments(): Record<string, number> {
  const files = readdirSync('docs', { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(files.map((file) => [file, statSync(join('docs', file)).mtimeMs]));
}

/** As npm runs it, without the shell. */
function run(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [exec, node, ...command] = (scripts[name] ?? '').split(' ');
  expect([exec, node]).toEqual(['exec', 'node']);
  return runProgram(process.execPath, [...command, ...args], { LOCAL_DIR, ...environment });
}

/** One sentence, then the usage. */
function expectUsage(name: string, { code, stdout, stderr }: Ended, sentence: string): void {
  expect(stdout).toBe('');
  const [first, blank, ...usage] = stderr.split('\n');
  expect([first, blank]).toEqual([sentence, '']);
  expect(usage.join('\n')).toContain(callOf(name));
  expect(stderr).not.toMatch(STACK);
  expect(code).toBe(2);
}

function callOf(name: string): string {
  return name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
}

describe.each(NAMES)('npm run %s', (name) => {
  it('prints for --help what it does and how it is called, and does nothing', async () => {
    const { code, stdout, stderr } = await run(name, ['--help']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^[A-Z].*[.\w]\n/);
    expect(stdout).toContain(callOf(name));
    expect(code).toBe(0);
  });

  it('refuses an unknown option, and does nothing', async () => {
    const ended = await run(name, ['--nonsense']);
    expectUsage(name, ended, 'the option --nonsense is not known');
  });
});

describe('a wrong value', () => {
  const count = (option: string, most: number) =>
    `${option} must be a whole number from 1 to ${most}`;
  const measurements = 'cold, verification, tricks, profile, growth, cost';
  it.each<[name: string, args: string[], sentence: string]>([
    ['start', ['now'], 'the argument now is not understood'],
    ['demo', ['--json=yes'], '--json takes no value'],
    ['test', ['-t'], '-t needs a value'],
    ['test:unit', ['--maxWorkers', '0'], count('--maxWorkers', 64)],
    ['test:watch', ['--maxWorkers', 'x'], count('--maxWorkers', 64)],
    ['check', ['infra'], 'the argument infra is not understood'],
    ['synth', ['-c', 'stage'], '--context must be <key>=<value>, not stage'],
    ['deploy', [], 'name the stage after two dashes: npm run deploy -- -c stage=prod'],
    [
      'deploy',
      ['-c', 'stage=dev', '--require-approval', 'maybe'],
      '--require-approval must be one of never, any-change, broadening',
    ],
    ['build:client', ['dist'], 'the argument dist is not understood'],
    ['simulate', ['--runs', 'many'], count('--runs', 1000000)],
    ['mutation', ['--only', 'nothing'], '--only names no mutant: nothing'],
    ['load', ['--verifications', '0'], count('--verifications', 100000)],
    ['kill', ['--verifications', '1.5'], count('--verifications', 100000)],
    ['bench', ['--only', 'hot'], `--only must be one of ${measurements}`],
    ['configure', [], 'give either --stage or --local'],
    ['configure', ['--stage'], '--stage needs a value'],
    ['doctor', ['--stage', 'dev', '--local'], 'give either --stage or --local'],
    ['probe', ['--stage'], '--stage needs a value'],
    ['trace', ['no fault'], 'the log line is not JSON'],
  ])('of %s %j is refused', async (name, args, sentence) => {
    expectUsage(name, await run(name, args), sentence);
  });

  it('of bundle-report is refused with the names that there are', async () => {
    const { code, stderr } = await run('bundle-report', ['--files', 'nothing']);
    expect(stderr).toMatch(/^--files must be one of start, /);
    expect(code).toBe(2);
  });

  it.each<[variable: string, value: string, sentence: string]>([
    ['API_PORT', '70000', 'API_PORT must be a whole number from 0 to 65535'],
    ['AWS_PORT', 'x', 'AWS_PORT must be a whole number from 0 to 65535'],
    ['CDK_CONTEXT_JSON', '{"stage":', 'CDK_CONTEXT_JSON must be a JSON object'],
    ['CDK_CONTEXT_JSON', '[]', 'CDK_CONTEXT_JSON must be a JSON object'],
    ['VONAGE_TIME_SCALE', '0', 'VONAGE_TIME_SCALE must be more than 0'],
    ['VONAGE_BASE_URL', 'vonage', 'VONAGE_BASE_URL must be an http or https URL'],
    ['DYNAMODB_ENDPOINT', 'ftp://x', 'DYNAMODB_ENDPOINT must be an http or https URL'],
    [
      'LOCAL_HOSTS',
      'http://x',
      'LOCAL_HOSTS must be host names without port, with commas between them',
    ],
    [
      'LOCAL_ORIGINS',
      'localhost',
      'LOCAL_ORIGINS must be origins such as http://localhost:5173, with commas between them',
    ],
  ])('of %s, %j, is refused by npm start and npm run dev', async (variable, value, sentence) => {
    for (const name of ['start', 'dev']) {
      expectUsage(name, await run(name, [], { [variable]: value }), sentence);
    }
  });

  it('of INSPECT is refused by npm run dev', async () => {
    const ended = await run('dev', [], { INSPECT: '9229' });
    const sentence = 'INSPECT must be the name of a function, with :<port> or without';
    expectUsage('dev', ended, sentence);
  });
});

describe('a fault that its user can mend is one sentence', () => {
  const outputs = join(folder, 'outputs.json');
  writeFileSync(outputs, '{');
  const isDeaf = /^http:\/\/127\.0\.0\.1:\d+ does not answer as AWS does: .*nothing listens there/m;

  it.each<[what: string, name: string, args: string[], Record<string, string>, RegExp]>([
    ['LOCAL_DIR is a file', 'start', [], { LOCAL_DIR: 'package.json' }, /a file is where a folder/],
    ['nothing listens there', 'start', [], { DYNAMODB_ENDPOINT: NOWHERE }, isDeaf],
    ['the stage is unknown', 'start', [], { STAGE: 'nowhere' }, /nowhere/],
    [
      'outputs are not JSON',
      'doctor',
      ['--stage', 'dev', '--outputs', outputs],
      {},
      /is not JSON$/m,
    ],
    [
      'the stage has no outputs',
      'doctor',
      ['--stage', 'prod', '--outputs', join(folder, 'none.json')],
      {},
      /npm run deploy -- -c stage=prod --outputs-file/,
    ],
    ['no stack has ever run', 'dashboard', [], {}, /^no stack has run in /],
  ])('when %s: npm run %s', async (_what, name, args, environment, sentence) => {
    const { code, stderr } = await run(name, args, { ...FREE_PORTS, ...environment });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(STACK);
    expect(code).toBe(2);
  });
});
