import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestFault } from '../../../../../infra/local/vonage/fault-rules.ts';
import {
  createHarness,
  expectCallbacks,
  type Harness,
  openCheckUrl,
  send,
  started,
} from './harness.ts';

let vonage: Harness;
let lastDigits = 100;
beforeAll(async () => {
  vonage = await createHarness();
});
afterAll(async () => {
  expectCallbacks(vonage.statusUrl);
  await vonage[Symbol.asyncDispose]();
});

describe('GET check_url', () => {
  it('sends the handset over aggregator and carrier back to 200', async () => {
    const { requestId, checkUrl } = await begin('00');
    const { answered, visited } = await openCheckUrl(checkUrl);
    expect(visited.map((place) => new URL(place).pathname.split('/')[1])).toEqual([
      ...['v2', 'aggregator', 'carrier', 'aggregator', 'v2'],
    ]);
    expect(answered.status).toBe(200);
    expect(answered.headers.get('content-type')).toBe('application/json');
    expect(answered.json).toEqual({ request_id: requestId, code: expect.any(String) });
    const again = await openCheckUrl(checkUrl);
    expect(again.answered.json).toEqual(answered.json);
  });

  it.each([
    ['11', 'user_rejected', 409, 'Device MSISDN does not match.'],
    ['99', 'failed', 412, 'The silent auth verification cannot be completed.'],
  ])('ends a number in %s as %s', async (ending, outcome, status, detail) => {
    const { requestId, checkUrl } = await begin(ending);
    const { answered } = await openCheckUrl(checkUrl);
    expect([answered.status, answered.json.detail]).toEqual([status, detail]);
    expect((await openCheckUrl(checkUrl)).answered.status).toBe(status);
    await vonage.statusUrl.wait({ request_id: requestId, type: 'event', status: outcome });
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(body).toMatchObject({ status: 'failed', workflow: [{ status: outcome }] });
  });

  it('continues after user_rejected, or stops on request', async () => {
    const email = { channel: 'email', to: 'rejected@example.org' };
    const going = await begin('13', {}, [email]);
    await openCheckUrl(going.checkUrl);
    expect((await vonage.check(going.requestId, await vonage.code(email.to))).status).toBe(200);
    const stopped = await begin('15', { after_user_rejected: 'stop' }, [email]);
    await openCheckUrl(stopped.checkUrl);
    const { body } = await vonage.statusUrl.wait({
      request_id: stopped.requestId,
      type: 'summary',
    });
    expect(body.workflow).toMatchObject([{ status: 'user_rejected' }, { status: 'unused' }]);
  });

  it('puts the result into the fragment of the redirect_url', async () => {
    const page = { redirect_url: 'https://app.example/sa' };
    const good = await begin('16', {}, [], page);
    const goodTrip = await openCheckUrl(good.checkUrl);
    expect(goodTrip.answered.headers.get('location')).toMatch(
      new RegExp(`^https://app.example/sa#request_id=${good.requestId}&code=[A-Za-z0-9]{6}$`),
    );
    const bad = await begin('17', {}, [], page);
    const badTrip = await openCheckUrl(bad.checkUrl);
    expect(badTrip.answered.headers.get('location')).toBe(
      'https://app.example/sa#error_description=Device%20MSISDN%20does%20not%20match.',
    );
  });

  it('requires the cookies of earlier hops on request', async () => {
    const { checkUrl } = await begin('18', { cookies: 'required' });
    expect((await openCheckUrl(checkUrl, false)).answered.status).toBe(412);
    expect((await openCheckUrl(checkUrl)).answered.status).toBe(200);
  });

  it('lets nobody in at the end of the way', async () => {
    const { requestId } = await begin('20');
    const path = `${vonage.url}/v2/verify/${requestId}/silent-auth/result`;
    expect((await send(path, 'GET')).status).toBe(412);
    expect((await send(`${path}?state=guess`, 'GET')).status).toBe(412);
    expect(
      (await openCheckUrl(`${vonage.url}/v2/verify/x/silent-auth/redirect`)).answered.status,
    ).toBe(404);
  });

  it('takes the configured number of hops', async () => {
    const { checkUrl } = await begin('22', { hops: 9 });
    expect((await openCheckUrl(checkUrl)).visited).toHaveLength(10);
  });

  it('gives the code once on request', async () => {
    const { checkUrl } = await begin('24', { fetch_once: true });
    expect((await openCheckUrl(checkUrl)).answered.status).toBe(200);
    expect((await openCheckUrl(checkUrl)).answered.status).toBe(404);
  });

  it('can answer with another request_id, as for a man in the middle', async () => {
    const { requestId, checkUrl } = await begin('26', { result_request_id: 'other' });
    const { answered } = await openCheckUrl(checkUrl);
    expect(answered.json.request_id).not.toBe(requestId);
  });

  it('can answer 412 to another SIM, and 409 to what cannot be checked', async () => {
    const other = await begin('27', { carrier_status: 412 });
    expect((await openCheckUrl(other.checkUrl)).answered.status).toBe(412);
    const failed = await begin('99', { carrier_status: 409 });
    expect((await openCheckUrl(failed.checkUrl)).answered.status).toBe(409);
  });

  it('can carry an id of its own in the check_url', async () => {
    const { requestId, checkUrl } = await begin('28', { check_url_id: 'own' });
    expect(checkUrl).not.toContain(requestId);
    expect((await openCheckUrl(checkUrl)).answered.json.request_id).toBe(requestId);
  });

  it.each([
    ['answer', true, false],
    ['webhook', false, true],
    ['neither', false, false],
  ] as const)('is handed out in %s alone when told to', async (where, inAnswer, inWebhook) => {
    const { requestId, answer } = await begin('30', { check_url_in: where });
    expect(answer.check_url !== undefined).toBe(inAnswer);
    await vonage.faults();
    await openCheckUrl(`${vonage.url}/v2/verify/${requestId}/silent-auth/redirect`);
    await vonage.check(requestId, 'Wrong1');
    await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    const pending = vonage.statusUrl.received.filter(
      ({ body }) => body.request_id === requestId && body.status === 'action_pending',
    );
    expect(pending.length === 1).toBe(inWebhook);
  });

  it('can point to a foreign host, in an array, or be absent', async () => {
    const foreign = await begin('32', {
      check_url: 'https://evil.example/{request_id}',
      action: 'array',
    });
    const url = `https://evil.example/${foreign.requestId}`;
    expect(foreign.checkUrl).toBe(url);
    const { body } = await vonage.statusUrl.wait({ request_id: foreign.requestId });
    expect(body.action).toEqual([{ type: 'check', check_url: url }]);
    vonage.statusUrl.forget(foreign.requestId);
    const absent = await begin('34', { action: 'absent' });
    const second = await vonage.statusUrl.wait({ request_id: absent.requestId });
    expect(second.body.action).toBeUndefined();
  });
});

async function begin(
  ending: string,
  fault: RequestFault = {},
  others: readonly object[] = [],
  members: object = {},
): Promise<{ requestId: string; checkUrl: string; answer: Record<string, unknown> }> {
  lastDigits += 1;
  const to = `447700${lastDigits}${ending}`;
  await vonage.faults({ to, request: fault });
  const answer = vonage.start([{ channel: 'silent_auth', to, ...members }, ...others]);
  return { ...(await started(answer)), answer: (await answer).json };
}
