import { describe, expect, it } from 'vitest';
import { toLocalEnvironment } from '../../../../infra/local/local-environment.ts';

const addresses = {
  httpApiId: 'http0api00',
  httpApi: 'http://127.0.0.1:3000',
  websocketApiId: 'socket0api',
  websocketHost: '127.0.0.1:3001',
  domains: [
    { domainName: 'api.example.com', apiId: 'http0api00', stage: '$default' },
    { domainName: 'ws.example.com', apiId: 'socket0api', stage: 'dev' },
  ],
  vonage: 'http://127.0.0.1:3002',
  dynamodb: 'http://127.0.0.1:8000',
  aws: 'http://127.0.0.1:3003',
  origins: ['http://localhost:5173'],
};

function toLocal(
  environment: Record<string, string>,
  more: Partial<typeof addresses> = {},
): Readonly<Record<string, string>> {
  return toLocalEnvironment({ logicalId: 'Start', environment }, { ...addresses, ...more });
}

describe('toLocalEnvironment', () => {
  const cloud = 'execute-api.eu-central-1.amazonaws.com';
  it.each([
    ['PUBLIC_URL', `https://http0api00.${cloud}`, 'http://127.0.0.1:3000'],
    ['PUBLIC_URL', 'https://api.example.com', 'http://127.0.0.1:3000'],
    ['WEBSOCKET_URL', `wss://socket0api.${cloud}/dev`, 'ws://127.0.0.1:3001/dev'],
    ['WEBSOCKET_URL', 'wss://ws.example.com', 'ws://127.0.0.1:3001/dev'],
    ['WEBSOCKET_MANAGEMENT_URL', `https://socket0api.${cloud}/dev`, 'http://127.0.0.1:3001/dev'],
    ['VONAGE_BASE_URL', 'https://api-eu.vonage.com', 'http://127.0.0.1:3002'],
    ['CHECK_URL_HOSTS', '[".vonage.com"]', '["http://127.0.0.1:3002"]'],
  ])('replaces %s %s by %s', (name, value, local) => {
    expect(toLocal({ [name]: value })[name]).toBe(local);
  });

  it('allows the pages next to the API, and the origins of the template', () => {
    const { ALLOWED_ORIGINS = '' } = toLocal({
      ALLOWED_ORIGINS: JSON.stringify(['https://app.example', `https://http0api00.${cloud}`]),
    });
    expect(JSON.parse(ALLOWED_ORIGINS)).toEqual([
      'https://app.example',
      'http://127.0.0.1:3000',
      'http://localhost:3000',
      'http://localhost:5173',
    ]);
  });

  it('redirects the web path, where the stage has one, to the page next to the API', () => {
    const settings = (given: object): unknown =>
      JSON.parse(toLocal({ START_SETTINGS: JSON.stringify(given) }).START_SETTINGS ?? '');
    expect(settings({ brand: 'ACME', redirectUrl: 'https://web.example/verify' })).toMatchObject({
      brand: 'ACME',
      redirectUrl: 'http://127.0.0.1:3000/redirect',
    });
    expect(settings({ brand: 'ACME' })).not.toHaveProperty('redirectUrl');
  });

  it.each([
    ['http://127.0.0.1:3002', true],
    ['http://[::1]:3002', true],
    ['https://api-eu.vonage.com', false],
  ])('starts numbers of documentation when Vonage is at %s: %s', (vonage, documentationNumbers) => {
    const { START_SETTINGS = '' } = toLocal({ START_SETTINGS: '{"brand":"ACME"}' }, { vonage });
    expect(JSON.parse(START_SETTINGS)).toEqual({ brand: 'ACME', documentationNumbers });
  });

  it.each([
    ['STREAM', 'https://kinesis.eu-central-1.amazonaws.com/stream'],
    ['PUBLIC_URL', `https://other00api.${cloud}`],
  ])('refuses %s at %s, which is in the cloud', (name, value) => {
    expect(() => toLocal({ [name]: value })).toThrow(name);
  });
});
