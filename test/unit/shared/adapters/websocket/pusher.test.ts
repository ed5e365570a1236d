import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import { createPusher } from '../../../../../shared/adapters/websocket/pusher.ts';
import { fold } from '../../../../../shared/domain/fold.ts';
import type { Pusher } from '../../../../../shared/domain/ports/pusher.ts';
import type { Verification } from '../../../../../shared/domain/verification.ts';
import { AT_MS, started } from '../../../../fixtures/events.ts';
import {
  type Answer,
  type HttpStub,
  hangUp,
  json,
  silence,
  startHttpStub,
} from '../../../../fixtures/http-stub.ts';
import { virtualMs } from '../../../../fixtures/virtual-time.ts';

const agent = createAgents();
const folded = fold('5b0d', [started()], AT_MS);
const gone: Answer = (response) => {
  response.writeHead(410, { 'x-amzn-errortype': 'GoneException' });
  response.end();
};

let stub: HttpStub;
let pusher: Pusher;

beforeAll(async () => {
  stub = await startHttpStub();
  pusher = createPusher({
    endpoint: `${stub.url}/prod`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    agent,
    clock: { now: Date.now },
    encode: ({ requestId, seq }) => JSON.stringify({ requestId, seq }),
  });
});
afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

function verification(): Verification {
  if (!folded) throw new Error('nothing was started');
  return folded.verification;
}

describe('push', () => {
  it('posts the message to every connection, signed', async () => {
    stub.answer(json(200));
    const connections = ['1772619330000#L0SM9cOFvHcCIhw=', '1772619330001#b'];
    expect(await pusher.push(connections, verification())).toEqual([
      { connection: connections[0], outcome: 'delivered' },
      { connection: connections[1], outcome: 'delivered' },
    ]);
    expect(stub.received.map(({ path }) => path).toSorted()).toEqual([
      '/prod/@connections/L0SM9cOFvHcCIhw%3D',
      '/prod/@connections/b',
    ]);
    expect(stub.received[0]).toMatchObject({
      method: 'POST',
      body: '{"requestId":"5b0d","seq":1}',
      headers: { authorization: expect.stringContaining('/execute-api/aws4_request') },
    });
  });

  it('asks nobody when nobody listens', async () => {
    stub.answer(json(200));
    expect(await pusher.push([], verification())).toEqual([]);
    expect(stub.received).toHaveLength(0);
  });

  it.each<[string, Answer]>([
    ['by the name of the exception', gone],
    ['by the status alone', json(410)],
  ])('tells who is gone, %s, without asking again', async (_, answer) => {
    stub.answer(answer);
    expect(await pusher.push(['1#a'], verification())).toEqual([
      { connection: '1#a', outcome: 'gone' },
    ]);
    expect(stub.received).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['a throttle', json(429, { message: 'Too Many Requests' })],
    ['a fault', json(500, {})],
    ['a closed socket', hangUp],
  ])('tries once more after %s', async (_, answer) => {
    stub.answer(answer, json(200));
    expect(await pusher.push(['1#a'], verification())).toEqual([
      { connection: '1#a', outcome: 'delivered' },
    ]);
    expect(stub.received).toHaveLength(2);
  });

  it('gives up after two tries', async () => {
    stub.answer(json(500, {}));
    expect(await pusher.push(['1#a'], verification())).toEqual([
      { connection: '1#a', outcome: 'failed' },
    ]);
    expect(stub.received).toHaveLength(2);
  });

  it('gives up within 2.5 s when nobody answers', async () => {
    stub.answer(silence);
    const push = async (): Promise<void> =>
      expect(await pusher.push(['1#a', '2#b'], verification())).toEqual([
        { connection: '1#a', outcome: 'failed' },
        { connection: '2#b', outcome: 'failed' },
      ]);
    expect(await virtualMs(push, { stub, agent })).toBeLessThanOrEqual(2_500);
    expect(stub.received).toHaveLength(4);
  });

  it.each([json(403, {}), json(413, {})])('fails without a second try', async (answer) => {
    stub.answer(answer);
    expect(await pusher.push(['1#a'], verification())).toEqual([
      { connection: '1#a', outcome: 'failed' },
    ]);
    expect(stub.received).toHaveLength(1);
  });
});

describe('close', () => {
  it('deletes the connection', async () => {
    stub.answer(json(204));
    await pusher.close('1#a=');
    expect(stub.received[0]).toMatchObject({
      method: 'DELETE',
      path: '/prod/@connections/a%3D',
    });
  });

  it.each([gone, json(403, {}), json(500, {}), hangUp])('never throws', async (answer) => {
    stub.answer(answer);
    await expect(pusher.close('1#a')).resolves.toBeUndefined();
  });
});
