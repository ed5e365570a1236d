import { describe, expect, it } from 'vitest';
import type { RequestFault } from '../../../../../infra/local/vonage/fault-rules.ts';
import {
  newNumber,
  openCheckUrl,
  send,
  started,
  useHarness,
} from '../../../../fixtures/vonage-harness.ts';

// How silent authentication goes on after the check_url: verifications.test.ts.
const vonage = await useHarness();

async function begin(request: RequestFault = {}, ending = '00', members: object = {}) {
  const to = newNumber(ending);
  await vonage.faults({ to, request });
  return started(vonage.start([{ channel: 'silent_auth', to, ...members }]));
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
    const code = expect.stringMatching(/^(?=.*[A-Za-z])[A-Za-z0-9]{6}$/);
    expect([answered.status, answered.json]).toEqual([200, { request_id: requestId, code }]);
    expect((await openCheckUrl(checkUrl)).answered.json).toEqual(answered.json);
  });

  it('puts the result into the fragment of the redirect_url', async () => {
    const page = { redirect_url: 'https://app.example/sa' };
    const good = await begin({}, '16', page);
    const other = await begin({}, '17', page);
    const locationOf = async ({ checkUrl }: typeof good): Promise<string | null> =>
      (await openCheckUrl(checkUrl)).answered.headers.get('location');
    expect(await locationOf(good)).toMatch(
      new RegExp(`^https://app.example/sa#request_id=${good.requestId}&code=[A-Za-z0-9]{6}$`),
    );
    expect(await locationOf(other)).toBe(
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

  it('sets the number of hops, the form of the code and the request_id of the answer', async () => {
    const fault = { hops: 9, silent_code: 'digits', result_request_id: 'other' } as const;
    const { requestId, checkUrl } = await begin(fault);
    const { answered, visited } = await openCheckUrl(checkUrl);
    expect(visited).toHaveLength(10);
    expect(answered.json.code).toMatch(/^\d{6}$/);
    expect(answered.json.request_id).not.toBe(requestId);
  });

  it('puts an id of its own into the check_url', async () => {
    const { requestId, checkUrl } = await begin({ check_url_id: 'own' });
    expect(checkUrl).not.toContain(requestId);
    expect((await openCheckUrl(checkUrl)).answered.json.request_id).toBe(requestId);
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
