import { describe, expect, it } from 'vitest';
import { createEndNotifier } from '../../../../../shared/adapters/eventbridge/end-notifier.ts';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import { fold } from '../../../../../shared/domain/fold.ts';
import type { Measurement } from '../../../../../shared/domain/ports/telemetry.ts';
import { REQUEST_ID, START_MS, started } from '../../../../fixtures/histories.ts';
import { type Answer, hangUp, json, silence, text } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import {
  COMPLETED_AT_MS,
  completedBy,
  completedSilently,
  EMAIL,
  NONCE,
  PHONE_NUMBER,
  SUBJECT,
} from '../../../../fixtures/proofs.ts';
import { inVirtualTime, virtualMs } from '../../../../fixtures/virtual-time.ts';

const PUT = json(200, { FailedEntryCount: 0, Entries: [{}] });
const ACCEPTED = { accepted: true, measured: [] };
const GIVEN_UP = { accepted: false, measured: [{ name: 'EventFailed' }] };
const network = await startNetwork();
const { stub, aws } = network;

async function notify(events: readonly VerificationEvent[]) {
  const measured: Measurement[] = [];
  const { notify } = createEndNotifier({
    ...aws,
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
    stub.answer(PUT);
    const events = await completedSilently();
    expect(await inVirtualTime(() => notify(events), network)).toEqual(ACCEPTED);
    expect(stub.received).toMatchObject([{ method: 'POST', path: '/' }]);
    const [{ headers, body } = { headers: {}, body: '' }] = stub.received;
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

  it('says why it ended, and null for what the start did not name', async () => {
    stub.answer(PUT);
    const cancelled = { type: 'cancelled', atMs: START_MS + 1000 } as const;
    await inVirtualTime(() => notify([started(), cancelled]), network);
    expect(JSON.parse(JSON.parse(stub.received[0]?.body ?? '').Entries[0].Detail)).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled_by_client',
      sub: null,
      nonce: null,
      verified: { phone_number: false, email: false },
    });
  });

  it.each<[string, Answer]>([
    ['500', json(500, {})],
    ['a throttle', json(400, { __type: 'ThrottlingException' })],
    ['an entry that failed', json(200, { FailedEntryCount: 1, Entries: [{}] })],
    ['no JSON', text(200, '<html>')],
    ['a closed connection', hangUp],
  ])('tries once more after %s', async (_, fault) => {
    stub.answer(fault, PUT);
    const events = await completedBy('email');
    expect(await inVirtualTime(() => notify(events), network)).toEqual(ACCEPTED);
    expect(stub.received).toHaveLength(2);
  });

  it('gives up after two tries, within its time, with a metric and never an error', async () => {
    stub.answer(silence);
    const events = await completedSilently();
    const tell = async () => expect(await notify(events)).toEqual(GIVEN_UP);
    expect(await virtualMs(tell, network)).toBeLessThan(4000);
    expect(stub.received).toHaveLength(2);
  });
});
