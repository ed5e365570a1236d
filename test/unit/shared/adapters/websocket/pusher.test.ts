import { describe, expect, it } from 'vitest';
import { createPusher } from '../../../../../shared/adapters/websocket/pusher.ts';
import { fold } from '../../../../../shared/domain/fold.ts';
import type { PushResult } from '../../../../../shared/domain/ports/pusher.ts';
import type { Connection } from '../../../../../shared/domain/ports/verification-log.ts';
import { START_MS, started } from '../../../../fixtures/histories.ts';
import { type Answer, hangUp, json, silence } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import { inVirtualTime, virtualMs } from '../../../../fixtures/virtual-time.ts';

const network = await startNetwork();
const { stub, aws } = network;
const pusher = createPusher({
  ...aws,
  endpoint: `${stub.url}/prod`,
  clock: { now: Date.now },
  encode: ({ requestId, seq }) => JSON.stringify({ requestId, seq }),
});

async function push(...connections: readonly Connection[]): Promise<readonly PushResult[]> {
  const folded = fold('5b0d', [started()], START_MS);
  if (!folded) throw new Error('nothing was started');
  return pusher.push(connections, folded.verification);
}

describe('push', () => {
  it('posts the message to every connection, signed', async () => {
    stub.answer(json(200));
    const connections = ['1772619330000#L0SM9cOFvHcCIhw=', '1772619330001#b'];
    expect(await inVirtualTime(() => push(...connections), network)).toEqual(
      connections.map((connection) => ({ connection, outcome: 'delivered' })),
    );
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

  it('sends nothing for a verification without connections', async () => {
    stub.answer(json(200));
    expect(await push()).toEqual([]);
    expect(stub.received).toHaveLength(0);
  });

  it.each<[what: string, answers: Answer[], outcome: PushResult['outcome'], tries: number]>([
    ['says who is gone', [json(410)], 'gone', 1],
    ['tries once more after a throttle', [json(429), json(200)], 'delivered', 2],
    ['tries once more after a fault', [json(500, {}), json(200)], 'delivered', 2],
    ['tries once more after a closed socket', [hangUp, json(200)], 'delivered', 2],
    ['gives up after two faults', [json(500, {})], 'failed', 2],
    ['gives up after a 403', [json(403, {})], 'failed', 1],
  ])('%s', async (_, answers, outcome, tries) => {
    stub.answer(...answers);
    const results = await inVirtualTime(() => push('1#a'), network);
    expect(results).toEqual([{ connection: '1#a', outcome }]);
    expect(stub.received).toHaveLength(tries);
  });

  it('gives up within 2.5 s when nobody answers', async () => {
    stub.answer(silence);
    const pushBoth = async (): Promise<void> =>
      expect(await push('1#a', '2#b')).toMatchObject([
        { outcome: 'failed' },
        { outcome: 'failed' },
      ]);
    expect(await virtualMs(pushBoth, network)).toBeLessThanOrEqual(2_500);
    expect(stub.received).toHaveLength(4);
  });
});

describe('close', () => {
  it('deletes the connection', async () => {
    stub.answer(json(204));
    await inVirtualTime(() => pusher.close('1#a='), network);
    expect(stub.received[0]).toMatchObject({ method: 'DELETE', path: '/prod/@connections/a%3D' });
  });

  it('never throws', async () => {
    stub.answer(hangUp);
    await expect(pusher.close('1#a')).resolves.toBeUndefined();
  });
});
