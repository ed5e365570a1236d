import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEndNotifier } from '../../../../../shared/adapters/eventbridge/end-notifier.ts';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import { fold } from '../../../../../shared/domain/fold.ts';
import type { Measurement } from '../../../../../shared/domain/ports/telemetry.ts';
import { REQUEST_ID, START_MS, started } from '../../../../fixtures/histories.ts';
import { type Answer, type HttpStub, startHttpStub } from '../../../../fixtures/http-stub.ts';
import {
  COMPLETED_AT_MS,
  completedBy,
  completedSilently,
  EMAIL,
  NONCE,
  PHONE_NUMBER,
  SUBJECT,
} from '../../../../fixtures/proofs.ts';
import { virtualMs } from '../../../../fixtures/virtual-time.ts';

const ACCEPTED: Answer = (response) => response.end('{"FailedEntryCount":0,"Entries":[{}]}');
const agent = createAgents();
let stub: HttpStub;

beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(() => stub.stop());

/** A bus that answers one request after the other, the last answer again and again. */
function busOf(...answers: readonly Answer[]): {
  received: HttpStub['received'];
  endpoint: string;
} {
  stub.answer(...answers);
  return { received: stub.received, endpoint: stub.url };
}

async function notify(endpoint: string, events: readonly VerificationEvent[]) {
  const measured: Measurement[] = [];
  const { notify } = createEndNotifier({
    region: 'eu-central-1',
    endpoint,
    credentials: async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
    agent,
    bus: 'the-bus',
    clock: { now: () => COMPLETED_AT_MS },
    telemetry: { measure: (measurement) => void measured.push(measurement) },
  });
  const entry = { requestId: REQUEST_ID, events, connections: [] };
  const folded = fold(REQUEST_ID, events, COMPLETED_AT_MS);
  if (!folded) throw new Error('nobody started it');
  return { accepted: await notify(entry, folded.verification), measured };
}

describe('end notifier', () => {
  it('puts one event without a phone number or an e-mail address on the bus', async () => {
    const { received, endpoint } = busOf(ACCEPTED);
    expect(await notify(endpoint, await completedSilently())).toEqual({
      accepted: true,
      measured: [],
    });
    expect(received).toHaveLength(1);
    const [{ method, path, headers, body } = { headers: {}, body: '' }] = received;
    expect([method, path]).toEqual(['POST', '/']);
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
      authorization: expect.stringContaining('/eu-central-1/events/aws4_request'),
    });
    const [{ Detail, ...entry }, ...others] = JSON.parse(body).Entries;
    expect(others).toEqual([]);
    expect(entry).toEqual({
      EventBusName: 'the-bus',
      Source: 'silent-auth',
      DetailType: 'verification.ended',
      Time: COMPLETED_AT_MS / 1000,
    });
    expect(JSON.parse(Detail)).toEqual({
      request_id: REQUEST_ID,
      status: 'completed',
      channel: 'silent_auth',
      verified: { phone_number: true, email: false },
      reason: null,
      sub: SUBJECT,
      nonce: NONCE,
      at: new Date(COMPLETED_AT_MS).toISOString(),
    });
    expect(body).not.toContain(PHONE_NUMBER.slice(1));
    expect(body).not.toContain(EMAIL);
  });

  it('says null for what the start did not bring, and why it ended', async () => {
    const { received, endpoint } = busOf(ACCEPTED);
    await notify(endpoint, [started(), { type: 'cancelled', atMs: START_MS + 1000 }]);
    expect(JSON.parse(JSON.parse(received[0]?.body ?? '').Entries[0].Detail)).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled_by_client',
      sub: null,
      nonce: null,
      verified: { phone_number: false, email: false },
    });
  });

  it.each<[string, Answer]>([
    ['500', (response) => response.writeHead(500).end('{}')],
    ['429', (response) => response.writeHead(400).end('{"__type":"ThrottlingException"}')],
    ['an entry that failed', (response) => response.end('{"FailedEntryCount":1,"Entries":[{}]}')],
    ['no JSON', (response) => response.end('<html>')],
    ['a closed connection', (response) => response.destroy()],
    ['an answer cut off', (response) => void response.write('{"Fai', () => response.destroy())],
    ['silence', () => {}],
  ])('tries once more after %s', async (_what, fault) => {
    const { received, endpoint } = busOf(fault, ACCEPTED);
    expect(await notify(endpoint, await completedBy('email'))).toEqual({
      accepted: true,
      measured: [],
    });
    expect(received.length).toBeGreaterThanOrEqual(2);
  });

  it('gives up after two tries, within its time, with a metric and never an error', async () => {
    const { received, endpoint } = busOf(() => {});
    const events = await completedSilently();
    const tell = async (): Promise<void> =>
      expect(await notify(endpoint, events)).toEqual({
        accepted: false,
        measured: [{ name: 'EventFailed' }],
      });
    expect(await virtualMs(tell, { stub, agent })).toBeLessThan(4000);
    expect(received).toHaveLength(2);
  });

  it('survives a bus that is not there', async () => {
    const result = await notify('http://127.0.0.1:1', await completedSilently());
    expect(result).toEqual({ accepted: false, measured: [{ name: 'EventFailed' }] });
  });
});
