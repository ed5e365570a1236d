import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API_KEY,
  API_SECRET,
  APPLICATION_ID,
  createHarness,
  createStatusUrl,
  type Harness,
  send,
  started,
} from './harness.ts';

let vonage: Harness;
let application: string;
beforeAll(async () => {
  vonage = await createHarness();
  application = `${vonage.url}/v2/applications/${APPLICATION_ID}`;
});
afterAll(() => vonage[Symbol.asyncDispose]());

const credentials = (secret: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${API_KEY}:${secret}`).toString('base64')}`,
});
const basic = credentials(API_SECRET);
const withStatusUrl = (address: string, method = 'POST'): object => ({
  verify: { webhooks: { status_url: { address, http_method: method } } },
});

describe('the Applications API', () => {
  it('shows the application and its Status URL', async () => {
    const { status, json } = await send(application, 'GET', basic);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      id: APPLICATION_ID,
      capabilities: withStatusUrl(vonage.statusUrl.url),
    });
  });

  it('replaces the Status URL, and webhooks go there', async () => {
    await using other = await createStatusUrl();
    const capabilities = withStatusUrl(other.url);
    const body = { name: 'acme-login', capabilities };
    const { status, json } = await send(application, 'PUT', basic, body);
    expect([status, json.name, json.capabilities]).toEqual([200, 'acme-login', capabilities]);
    const { requestId } = await started(
      vonage.start([{ channel: 'silent_auth', to: '447700900000' }]),
    );
    await other.wait({ request_id: requestId });
    await send(application, 'PUT', basic, {
      name: 'acme-login',
      capabilities: withStatusUrl(vonage.statusUrl.url),
    });
  });

  it('refuses a body without name, a method but POST, an address that is none', async () => {
    const bodies = [
      {},
      { name: '' },
      { name: 'x', capabilities: [] },
      { name: 'x', capabilities: withStatusUrl(vonage.statusUrl.url, 'GET') },
      { name: 'x', capabilities: withStatusUrl('not a url') },
    ];
    for (const body of bodies) {
      const { status, json } = await send(application, 'PUT', basic, body);
      expect([status, json.invalid_parameters]).toEqual([400, [expect.any(Object)]]);
    }
  });

  it('knows nobody else', async () => {
    expect((await send(application, 'GET')).status).toBe(401);
    expect((await send(application, 'GET', credentials('wrong'))).status).toBe(401);
    expect((await send(`${application}0`, 'GET', basic)).status).toBe(404);
    expect((await send(application, 'PATCH', basic)).status).toBe(405);
  });
});
