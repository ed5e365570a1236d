/** `npm start` itself: the real app, synthesized, with the simulator. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTemporaryFolder } from '../../fixtures/fixture-assembly.ts';

function run(environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['infra/local/run.ts'], {
    env: {
      ...process.env,
      API_PORT: '0',
      WEBSOCKET_PORT: '0',
      VONAGE_PORT: '0',
      AWS_PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

async function untilReady(localFolder: string): Promise<Record<string, string>> {
  const file = join(localFolder, 'endpoints.json');
  await expect.poll(() => existsSync(file)).toBe(true);
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function isListening(url = ''): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

/** What a start prints as error when the port is taken. */
async function outputOfSecond(port: string): Promise<string> {
  const second = run({ LOCAL_DIR: makeTemporaryFolder(), API_PORT: port });
  const errors = second.stderr ? text(second.stderr) : Promise.resolve('');
  expect(await ended(second)).toBe(2);
  return errors;
}

describe('npm start', () => {
  it('prints lines that verify a number when pasted, says of a second start that the port is taken, ends whole', async () => {
    const localFolder = makeTemporaryFolder();
    const child = run({ LOCAL_DIR: localFolder });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    await expect.poll(() => output).toContain('Ctrl-C ends it');
    const lines = output.split('\n').filter((line) => /^ {2}([A-Z_]+=\$|curl)/.test(line));
    const { stdout } = await promisify(execFile)('sh', ['-c', lines.join('\n')]);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '').verification).toMatchObject({
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true },
    });
    const { api = '', vonage, dynamodb } = await untilReady(localFolder);
    expect(await outputOfSecond(new URL(api).port)).toMatch(
      /^port \d+ is taken; .+ \(API_PORT\)\n$/,
    );
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
    for (const url of [api, vonage, dynamodb]) expect(await isListening(url)).toBe(false);
  });

  it('ends its children even when it is killed outright', async () => {
    const localFolder = makeTemporaryFolder();
    const child = run({ LOCAL_DIR: localFolder });
    const { api, vonage, dynamodb } = await untilReady(localFolder);
    await fetch(`${api}/status`);
    child.kill('SIGKILL');
    for (const url of [vonage, dynamodb]) await expect.poll(() => isListening(url)).toBe(false);
  });
});
