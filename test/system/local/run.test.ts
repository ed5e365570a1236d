/** `npm start` itself: the real app, synthesized, with the simulator. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTemporaryFolder } from '../../fixtures/fixture-assembly.ts';
import { childrenOf, isAlive } from '../../fixtures/processes.ts';

const ANY_PORTS = { API_PORT: '0', WEBSOCKET_PORT: '0', VONAGE_PORT: '0', AWS_PORT: '0' };

function run(environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['infra/local/run.ts'], {
    env: { ...process.env, ...ANY_PORTS, ...environment },
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
    const { stdout } = await promisify(execFile)('sh', ['-c', lines.join('\n')]);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '').verification).toMatchObject({
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true },
    });
    const { api = '' } = await untilReady(localFolder);
    const children = childrenOf(child.pid ?? 0);
    expect(children).not.toEqual([]);
    const second = run({ LOCAL_DIR: makeTemporaryFolder(), API_PORT: new URL(api).port });
    const [errors, code] = await Promise.all([second.stderr && text(second.stderr), ended(second)]);
    expect(code).toBe(2);
    expect(errors).toMatch(/^port \d+ is taken; .+ \(API_PORT\)\n$/);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
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
