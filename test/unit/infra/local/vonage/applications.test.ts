import { describe, expect, it } from 'vitest';
import {
  APPLICATION_ID,
  BASIC,
  basic,
  createStatusUrl,
  newNumber,
  send,
  started,
  useHarness,
} from './harness.ts';

const vonage = await useHarness();
const application = `${vonage.url}/v2/applications/${APPLICATION_ID}`;

const withStatusUrl = (address: string, method = 'POST'): object => ({
  verify: { webhooks: { status_url: { address, http_method: method } } },
});

describe('the Applications API', () => {
  it('shows the application and its Status URL', async () => {
    const { status, json } = await send(application, 'GET', BASIC);
    expect(status).toBe(200);
    const capabilities = withStatusUrl(vonage.statusUrl.url);
    expect(json).toMatchObject({ id: APPLICATION_ID, capabilities });
  });

  it('replaces the Status URL, which then receives the webhooks', async () => {
    await using other = await createStatusUrl();
    const capabilities = withStatusUrl(other.url);
    const body = { name: 'acme-login', capabilities };
    const { status, json } = await send(application, 'PUT', BASIC, body);
    expect([status, json.name, json.capabilities]).toEqual([200, 'acme-login', capabilities]);
    const { requestId } = await started(
      vonage.start([{ channel: 'silent_auth', to: newNumber() }]),
    );
    await other.wait({ request_id: requestId });
  });

  it.each<[string, object]>([
    ['a body without a name', {}],
    ['an empty name', { name: '' }],
    ['capabilities in a list', { name: 'x', capabilities: [] }],
    ['a method other than POST', { name: 'x', capabilities: withStatusUrl('http://a.b', 'GET') }],
    ['an invalid address', { name: 'x', capabilities: withStatusUrl('not a url') }],
  ])('refuses %s', async (_what, body) => {
    const { status, json } = await send(application, 'PUT', BASIC, body);
    expect([status, json.invalid_parameters]).toEqual([400, [expect.any(Object)]]);
  });

  it('answers 401 to other credentials, 404 to other applications, 405 to other methods', async () => {
    expect((await send(application, 'GET')).status).toBe(401);
    expect((await send(application, 'GET', basic('wrong'))).status).toBe(401);
    expect((await send(`${application}0`, 'GET', BASIC)).status).toBe(404);
    expect((await send(application, 'PATCH', BASIC)).status).toBe(405);
  });
});
