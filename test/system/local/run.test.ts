/** `npm start` itself: the real app, synthesized, with the simulator. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../fixtures/command.ts';
import { makeTemporaryFolder } from '../../fixtures/fixture-assembly.ts';
import { childrenOf, isAlive } from '../../fixtures/processes.ts';

const MAIN = 'infra/local/run.ts';
const ANY_PORTS = { API_PORT: '0', WEBSOCKET_PORT: '0', VONAGE_PORT: '0', AWS_PORT: '0' };

function run(environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...ANY_PORTS, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function untilReady(localFolder: string): Promise<Record<string, string>> {
  const file = join(localFolder, 'endpoints.json');
  await expect.poll(() => existsSync(file)).toBe(true);
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('npm start', () => {
  it('prints lines that verify a number, refuses a second start on its port, ends its children', async () => {
    const localFolder = makeTemporaryFolder();
    const child = run({ LOCAL_DIR: localFolder });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    await expect.poll(() => output).toContain('Ctrl-C ends it');
    const lines = output.split('\n').filter((line) => /^ {2}([A-Z_]+=\$|curl)/.test(line));
    const { stdout } = await runProgram('sh', ['-c', lines.join('\n')]);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '').verification).toMatchObject({
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true },
    });
    const { api = '' } = await untilReady(localFolder);
    const children = childrenOf(child.pid ?? 0);
    expect(children).not.toEqual([]);
    const samePort = { LOCAL_DIR: makeTemporaryFolder(), API_PORT: new URL(api).port };
    const second = await runProgram(process.execPath, [MAIN], { ...ANY_PORTS, ...samePort });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/^port \d+ is taken; .+ \(API_PORT\)\n$/);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(children.filter(isAlive)).toEqual([]);
  });

  it('ends its children even when it is killed outright', async () => {
    const localFolder = makeTemporaryFolder();
    const child = run({ LOCAL_DIR: localFolder });
    const { api } = await untilReady(localFolder);
    await fetch(`${api}/status`);
    const children = childrenOf(child.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(3);
    child.kill('SIGKILL');
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  });
});
