import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Stack, StackOptions } from '../../../infra/local/stack.ts';
import { awsOutput, storedItem } from '../../fixtures/aws-call.ts';
import {
  fixtureResources,
  makeTemporaryFolder,
  writeAssembly,
} from '../../fixtures/fixture-assembly.ts';
import { json, startHttpStub } from '../../fixtures/http-stub.ts';
import { isAlive } from '../../fixtures/processes.ts';
import { act, startFixture } from './stack-fixture.ts';

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startFixture(options);
  onTestFinished(() => stack.close());
  return stack;
}

/** Answers nobody before it is opened, and everybody from then on. */
async function startGate() {
  const stub = await startHttpStub();
  onTestFinished(stub.stop);
  const held: ServerResponse[] = [];
  stub.answer((response) => void held.push(response));
  return {
    url: stub.url,
    waiting: () => held.length,
    open() {
      stub.answer(json(204));
      for (const response of held) response.end();
    },
  };
}

describe('startStack', () => {
  it('writes where everything is when it is ready, and leaves neither that nor a process', async () => {
    const localFolder = makeTemporaryFolder();
    const stack = await start({ localFolder });
    const file = join(localFolder, 'endpoints.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(stack.endpoints);
    await act(stack);
    const pids = [stack.services.aws.pid() ?? 0, ...(stack.processes().actor ?? [])];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await stack.close();
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(existsSync(file)).toBe(false);
  });

  it('fills the secrets in, generates what the template generates, and keeps that and the tables', async () => {
    const localFolder = makeTemporaryFolder();
    const secretsOf = async (stack: Stack): Promise<readonly string[]> => {
      const { environment } = await act(stack);
      const ids = [environment.PRIVATE_KEY_SECRET, environment.KEYS_SECRET];
      const { secretsmanager } = stack.endpoints;
      const read = (SecretId: string) =>
        awsOutput(secretsmanager, 'secretsmanager.GetSecretValue', { SecretId });
      return (await Promise.all(ids.map(read))).map((secret) => JSON.stringify(secret));
    };
    const first = await start({ localFolder });
    const secrets = await secretsOf(first);
    expect(secrets[0]).toContain('BEGIN PRIVATE KEY');
    expect(secrets[1]).toMatch(/master_key\\":\\"[A-Za-z0-9]{64}\\"/);
    expect(secrets[1]).toMatch(/guard_key\\":\\"[\w-]{43}\\"/);
    const Item = { request_id: { S: 'r' } };
    const put = { TableName: first.endpoints.tables.verifications, Item };
    await awsOutput(first.endpoints.dynamodb, 'DynamoDB_20120810.PutItem', put);
    await first.close();
    const second = await start({ localFolder });
    expect(await secretsOf(second)).toEqual(secrets);
    expect(await storedItem(second.endpoints, 'r')).toEqual(Item);
  });

  it('says in one line that its folder is in use', async () => {
    const localFolder = makeTemporaryFolder();
    await start({ localFolder });
    await expect(start({ localFolder })).rejects.toThrow(/in use/);
  });

  it('refuses a template that it does not understand, and leaves nothing open', async () => {
    const resources = { ...fixtureResources(), Stream: { Type: 'AWS::Kinesis::Stream' } };
    const assemblyFolder = writeAssembly(resources);
    await expect(start({ assemblyFolder })).rejects.toThrow(/Stream \(AWS::Kinesis::Stream\)/);
  });
});

describe('a stack that runs', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startFixture({ functionEnvironment: { EXTRA: '1' } });
  });
  afterAll(() => stack?.close());

  it('gives functions nothing of this machine but what Lambda has', async () => {
    const { environment, options } = await act(stack);
    expect(options).toEqual(['--max-semi-space-size=25', '--max-old-space-size=461']);
    expect(environment).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: 'Fixture-Actor',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      EXTRA: '1',
    });
    expect(environment.HOME).toBeUndefined();
    expect(environment.PATH).toBeUndefined();
  });

  it('replaces a process that was killed', async () => {
    await act(stack);
    // There may be two: a request that comes before the first process asked for work starts another.
    const killed = stack.processes().actor ?? [];
    expect(killed).not.toEqual([]);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    const living = () => killed.filter((pid) => stack.processes().actor?.includes(pid));
    await expect.poll(living).toEqual([]);
    expect(killed).not.toContain((await act(stack)).pid);
  });

  it('runs concurrent requests in processes of their own, at most ten, and uses them again', async () => {
    const gate = await startGate();
    const twelve = Array.from({ length: 12 }, () => act(stack, { do: 'wait', for: gate.url }));
    await expect.poll(gate.waiting).toBe(10);
    gate.open();
    const pids = new Set((await Promise.all(twelve)).map(({ pid }) => pid));
    expect(pids.size).toBe(10);
    expect(pids).toContain((await act(stack)).pid);
  });

  it('outlives a client that goes away in the middle of a request to a service', async () => {
    const { dynamodb } = stack.endpoints;
    const socket = connect(Number(new URL(dynamodb).port), '127.0.0.1');
    const started = new Promise((done) => socket.once('data', done)); // 100 Continue
    const head = 'POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9';
    socket.write(`${head}\r\n\r\n{`);
    await started;
    socket.resetAndDestroy();
    expect(await awsOutput(dynamodb, 'DynamoDB_20120810.ListTables', {})).toBeDefined();
  });

  it('says in one line which port is taken', async () => {
    const port = Number(new URL(stack.endpoints.api).port);
    await expect(start({ ports: { aws: port } })).rejects.toThrow(/AWS.*port \d+ is taken/);
  });
});

it.skipIf(!existsSync('/dev/full'))('a full disk ends a log and not the stack', async () => {
  const localFolder = makeTemporaryFolder();
  mkdirSync(join(localFolder, 'logs'));
  symlinkSync('/dev/full', join(localFolder, 'logs/actor.log'));
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => said.mockRestore());
  const stack = await start({ localFolder });
  await act(stack, { do: 'log', text: 'a line' });
  await expect.poll(() => said.mock.calls.flat().join()).toContain('the disk is full');
  expect(await act(stack)).toBeDefined();
});
