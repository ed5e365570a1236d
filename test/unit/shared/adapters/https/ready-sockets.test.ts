import { Agent, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createReadySockets,
  type ReadySockets,
} from '../../../../../shared/adapters/https/ready-sockets.ts';
import { type HttpStub, json, startHttpStub } from '../../../../fixtures/http-stub.ts';
import { NEVER_MS } from '../../../../fixtures/patience.ts';
import { until } from '../../../../fixtures/until.ts';

const OPTIONS = { keepAlive: true, maxSockets: 50 };

let stub: HttpStub;
let port: number;
let agent: Agent;

beforeEach(async () => {
  stub = await startHttpStub();
  stub.answer(json(200, {}));
  port = Number(new URL(stub.url).port);
  agent = new Agent(OPTIONS);
});
afterEach(async () => {
  agent.destroy();
  await stub.stop();
});

function createReady(maxIdleMs: number): ReadySockets {
  return createReadySockets(agent, OPTIONS, { isSecure: false, maxIdleMs });
}

function get(): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(stub.url, { agent }, (response) => {
      response.resume().on('end', resolve);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('createReadySockets', () => {
  it('opens sockets that the next requests use, and sends nothing on them', async () => {
    const { open } = createReady(NEVER_MS);
    await Promise.all([open('127.0.0.1', port), open('127.0.0.1', port)]);
    await until(() => (stub.connections() === 2 ? true : undefined));
    expect(stub.received).toHaveLength(0);
    await Promise.all([get(), get()]);
    expect(stub.connections()).toBe(2);
    await Promise.all([get(), get(), get()]);
    expect(stub.connections()).toBe(3);
  });

  it('gives nobody a socket that has waited for too long', async () => {
    const { open } = createReady(0);
    await open('127.0.0.1', port);
    await get();
    expect(stub.connections()).toBe(2);
  });

  it('resolves when no peer can be reached', async () => {
    const { open } = createReady(NEVER_MS);
    await open('127.0.0.1', 1);
    await get();
    expect(stub.connections()).toBe(1);
  });
});
