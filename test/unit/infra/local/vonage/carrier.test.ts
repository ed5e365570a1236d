import { describe, expect, it } from 'vitest';
import type { RequestFault } from '../../../../../infra/local/vonage/fault-rules.ts';
import { newNumber, openCheckUrl, send, started, useHarness } from './harness.ts';

const vonage = await useHarness();

interface Begun {
  readonly requestId: string;
  readonly checkUrl: string;
  readonly answer: Record<string, unknown>;
}

async function begin(
  request: RequestFault = {},
  ending = '00',
  others: readonly object[] = [],
  members: object = {},
): Promise<Begun> {
  const to = newNumber(ending);
  await vonage.faults({ to, request });
  const answer = vonage.start([{ channel: 'silent_auth', to, ...members }, ...others]);
  return { ...(await started(answer)), answer: (await answer).json };
}

const open = async (checkUrl: string, withCookies?: boolean): Promise<number> =>
  (await openCheckUrl(checkUrl, withCookies)).answered.status;

describe('GET check_url', () => {
  it('redirects over aggregator and carrier, and answers 200 with the same code every time', async () => {
    const { requestId, checkUrl } = await begin();
    const { answered, visited } = await openCheckUrl(checkUrl);
    expect(visited.map((place) => new URL(place).pathname.split('/')[1])).toEqual([
      ...['v2', 'aggregator', 'carrier', 'aggregator', 'v2'],
    ]);
    expect(answered.status).toBe(200);
    expect(answered.headers.get('content-type')).toBe('application/json');
    expect(answered.json).toEqual({ request_id: requestId, code: expect.any(String) });
    expect((await openCheckUrl(checkUrl)).answered.json).toEqual(answered.json);
  });

  it.each([
    ['11', 'user_rejected', 409, 'Device MSISDN does not match.'],
    ['99', 'failed', 412, 'The silent auth verification cannot be completed.'],
  ])('ends a number in %s as %s', async (ending, outcome, status, detail) => {
    const { requestId, checkUrl } = await begin({}, ending);
    const { answered } = await openCheckUrl(checkUrl);
    expect([answered.status, answered.json.detail]).toEqual([status, detail]);
    expect(await open(checkUrl)).toBe(status);
    await vonage.statusUrl.wait({ request_id: requestId, type: 'event', status: outcome });
    const { body } = await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    expect(body).toMatchObject({ status: 'failed', workflow: [{ status: outcome }] });
  });

  it('continues after user_rejected, or stops when a fault says so', async () => {
    const email = { channel: 'email', to: 'rejected@example.org' };
    const going = await begin({}, '13', [email]);
    await open(going.checkUrl);
    expect((await vonage.check(going.requestId, await vonage.code(email.to))).status).toBe(200);
    const stopped = await begin({ after_user_rejected: 'stop' }, '15', [email]);
    await open(stopped.checkUrl);
    const summary = { request_id: stopped.requestId, type: 'summary' };
    const { body } = await vonage.statusUrl.wait(summary);
    expect(body.workflow).toMatchObject([{ status: 'user_rejected' }, { status: 'unused' }]);
  });

  it('puts the result into the fragment of the redirect_url', async () => {
    const locationOf = async ({ checkUrl }: Begun): Promise<string | null> =>
      (await openCheckUrl(checkUrl)).answered.headers.get('location');
    const page = { redirect_url: 'https://app.example/sa' };
    const good = await begin({}, '16', [], page);
    expect(await locationOf(good)).toMatch(
      new RegExp(`^https://app.example/sa#request_id=${good.requestId}&code=[A-Za-z0-9]{6}$`),
    );
    expect(await locationOf(await begin({}, '17', [], page))).toBe(
      'https://app.example/sa#error_description=Device%20MSISDN%20does%20not%20match.',
    );
  });

  it('answers 412 or 404 to who does not come along the redirects', async () => {
    const { requestId } = await begin();
    const path = `${vonage.url}/v2/verify/${requestId}/silent-auth/result`;
    expect((await send(path, 'GET')).status).toBe(412);
    expect((await send(`${path}?state=guess`, 'GET')).status).toBe(412);
    expect(await open(`${vonage.url}/v2/verify/x/silent-auth/redirect`)).toBe(404);
  });
});

describe('a fault of the check_url', () => {
  it('requires the cookies of earlier hops', async () => {
    const { checkUrl } = await begin({ cookies: 'required' });
    expect([await open(checkUrl, false), await open(checkUrl)]).toEqual([412, 200]);
  });

  it('sets the number of hops', async () => {
    const { checkUrl } = await begin({ hops: 9 });
    expect((await openCheckUrl(checkUrl)).visited).toHaveLength(10);
  });

  it('answers with another request_id, as for a man in the middle', async () => {
    const { requestId, checkUrl } = await begin({ result_request_id: 'other' });
    expect((await openCheckUrl(checkUrl)).answered.json.request_id).not.toBe(requestId);
  });

  it.each<[string, RequestFault, string, readonly number[]]>([
    ['gives the code once', { fetch_once: true }, '00', [200, 404]],
    ['answers 412 to another SIM', { carrier_status: 412 }, '27', [412, 412]],
    ['answers 409 to what cannot be checked', { carrier_status: 409 }, '99', [409, 409]],
  ])('%s', async (_what, fault, ending, statuses) => {
    const { checkUrl } = await begin(fault, ending);
    expect([await open(checkUrl), await open(checkUrl)]).toEqual(statuses);
  });

  it('puts an id of its own into the check_url', async () => {
    const { requestId, checkUrl } = await begin({ check_url_id: 'own' });
    expect(checkUrl).not.toContain(requestId);
    expect((await openCheckUrl(checkUrl)).answered.json.request_id).toBe(requestId);
  });

  it.each([
    ['answer', true, false],
    ['webhook', false, true],
    ['neither', false, false],
  ] as const)('sends it in %s alone', async (check_url_in, inAnswer, inWebhook) => {
    const { requestId, answer } = await begin({ check_url_in });
    expect(answer.check_url !== undefined).toBe(inAnswer);
    await vonage.faults();
    await open(`${vonage.url}/v2/verify/${requestId}/silent-auth/redirect`);
    await vonage.check(requestId, 'Wrong1');
    await vonage.statusUrl.wait({ request_id: requestId, type: 'summary' });
    if (inWebhook) await vonage.statusUrl.wait({ request_id: requestId, status: 'action_pending' });
    const statuses = vonage.statusUrl.about(requestId).map(({ status }) => status);
    expect(statuses.includes('action_pending')).toBe(inWebhook);
  });

  it('names a foreign host, puts the action into a list, or leaves it out', async () => {
    const check_url = 'https://evil.example/{request_id}';
    const foreign = await begin({ check_url, action: 'array' });
    const url = `https://evil.example/${foreign.requestId}`;
    expect(foreign.checkUrl).toBe(url);
    const { body } = await vonage.statusUrl.wait({ request_id: foreign.requestId });
    expect(body.action).toEqual([{ type: 'check', check_url: url }]);
    vonage.statusUrl.forget(foreign.requestId);
    const absent = await begin({ action: 'absent' });
    const second = await vonage.statusUrl.wait({ request_id: absent.requestId });
    expect(second.body.action).toBeUndefined();
  });
});
