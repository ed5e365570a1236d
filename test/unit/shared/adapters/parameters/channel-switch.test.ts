import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import { createChannelSwitch } from '../../../../../shared/adapters/parameters/channel-switch.ts';
import type { ChannelSwitch } from '../../../../../shared/domain/ports/channel-switch.ts';

const agent = createAgents();
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface World {
  readonly found: ChannelSwitch;
  readonly targets: (string | string[] | undefined)[];
  answer: (response: ServerResponse) => void;
  nowMs: number;
}

async function createWorld(): Promise<World> {
  const targets: World['targets'] = [];
  server = createServer((request, response) => {
    targets.push(request.headers['x-amz-target']);
    world.answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const found = createChannelSwitch({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    agent,
    clock: { now: () => world.nowMs },
    parameter: '/silent-auth/dev/channels-off',
  });
  const world: World = { found, targets, answer: holds('none'), nowMs: 0 };
  return world;
}

function holds(value: string): World['answer'] {
  return (response) => response.end(JSON.stringify({ Parameter: { Value: value } }));
}

describe('switchedOff', () => {
  it.each([
    ['none', []],
    ['sms', ['sms']],
    ['sms, voice', ['sms', 'voice']],
    ['sms,smoke_signals,', ['sms']],
  ])('reads %s', async (value, channels) => {
    const world = await createWorld();
    world.answer = holds(value);
    expect(await world.found.switchedOff()).toEqual(channels);
    expect(world.targets).toEqual(['AmazonSSM.GetParameter']);
  });

  it('reads once a minute, however many ask', async () => {
    const world = await createWorld();
    world.answer = holds('sms');
    await Promise.all([world.found.switchedOff(), world.found.switchedOff()]);
    world.nowMs = 59_999;
    await world.found.switchedOff();
    expect(world.targets).toHaveLength(1);
    world.nowMs = 60_000;
    world.answer = holds('none');
    expect(await world.found.switchedOff()).toEqual([]);
    expect(world.targets).toHaveLength(2);
  });

  it('has no channel off once the parameter is gone', async () => {
    const world = await createWorld();
    world.answer = holds('sms');
    expect(await world.found.switchedOff()).toEqual(['sms']);
    world.nowMs = 60_000;
    world.answer = (response) =>
      response.writeHead(400).end('{"__type":"com.amazonaws.ssm#ParameterNotFound"}');
    expect(await world.found.switchedOff()).toEqual([]);
  });

  it.each<[string, World['answer']]>([
    ['an error', (response) => response.writeHead(400).end('{"__type":"ThrottlingException"}')],
    ['something else than JSON', (response) => response.end('<html>')],
    ['nothing', (response) => response.destroy()],
  ])('keeps what it knew when the answer is %s', async (_what, answer) => {
    const world = await createWorld();
    world.answer = answer;
    expect(await world.found.switchedOff()).toEqual([]);
    world.nowMs = 60_000;
    world.answer = holds('voice');
    expect(await world.found.switchedOff()).toEqual(['voice']);
    world.nowMs = 120_000;
    world.answer = answer;
    expect(await world.found.switchedOff()).toEqual(['voice']);
  });
});
