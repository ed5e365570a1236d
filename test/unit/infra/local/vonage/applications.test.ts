import { describe, expect, it } from 'vitest';
import { openStateFile } from '../../../../../infra/local/state-file.ts';
import { createApplicationsApi } from '../../../../../infra/local/vonage/applications.ts';

const withStatusUrl = (address: string, http_method = 'POST'): object => ({
  verify: { webhooks: { status_url: { address, http_method } } },
});

/** What a call of a new Applications API is answered, and the Status URL afterwards. */
function ask(method: string, body?: object, id = 'acme', credentials = 'key:secret') {
  const { answer, statusUrl } = createApplicationsApi({
    application: { id: 'acme', publicKey: 'PEM' },
    account: { apiKey: 'key', apiSecret: 'secret' },
    webhookUrl: 'http://old.example',
    stateFile: openStateFile(undefined),
  });
  const authorization = `Basic ${btoa(credentials)}`;
  const { status, body: text } = answer({
    method,
    id,
    authorization,
    body,
    page: new URLSearchParams(),
  });
  return { status, json: JSON.parse(text), statusUrl: statusUrl('acme') };
}

// A webhook is sent to what `statusUrl` says at that moment.
describe('the Applications API', () => {
  it('shows the application, and replaces its Status URL', () => {
    const shown = { id: 'acme', capabilities: withStatusUrl('http://old.example') };
    expect(ask('GET').json).toMatchObject(shown);
    const capabilities = withStatusUrl('http://new.example');
    const { json, statusUrl } = ask('PUT', { name: 'acme-login', capabilities });
    expect(json).toMatchObject({ name: 'acme-login', capabilities });
    expect(statusUrl).toBe('http://new.example');
  });

  it.each<[string, object]>([
    ['a body without a name', {}],
    ['an empty name', { name: '' }],
    ['capabilities in a list', { name: 'x', capabilities: [] }],
    ['a method other than POST', { name: 'x', capabilities: withStatusUrl('http://a.b', 'GET') }],
    ['an invalid address', { name: 'x', capabilities: withStatusUrl('not a url') }],
  ])('refuses %s', (_what, body) => {
    const { status, json } = ask('PUT', body);
    expect([status, json.invalid_parameters]).toEqual([400, [expect.any(Object)]]);
  });

  it('answers 401 to other credentials, 404 to other applications, 405 to other methods', () => {
    expect(ask('GET', undefined, 'acme', 'key:wrong').status).toBe(401);
    expect(ask('GET', undefined, 'other').status).toBe(404);
    expect(ask('PATCH').status).toBe(405);
  });
});
