import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isTrustedOrigin, NO_MORE_ACCESS, refusalOf } from '../../../../infra/local/access.ts';

function requestFor(host: string, url = '/', origin?: string): IncomingMessage {
  const headers = { host, ...(origin !== undefined && { origin }) };
  return { url, headers, rawHeaders: Object.entries(headers).flat() } as unknown as IncomingMessage;
}

describe('refusalOf', () => {
  it.each([
    ['localhost:3000', '/start', undefined],
    ['[::1]:3000', '/', undefined],
    ['evil.test', '/', 403],
    ['localhost.evil.test:3000', '/', 403],
    ['localhost', '//start', 400],
    ['localhost', '/\\?a]', 400],
    ['localhost', '/%', 400],
  ])('answers host %s and path %s with %s (T28)', (host, url, status) => {
    expect(refusalOf(requestFor(host, url), NO_MORE_ACCESS)).toBe(status);
  });
});

describe('isTrustedOrigin', () => {
  it.each([
    [undefined, true],
    ['http://localhost:3000', true],
    ['https://evil.test', false],
  ])('decides about the origin %s: %s', (origin, isTrusted) => {
    const request = requestFor('localhost', '/', origin);
    expect(isTrustedOrigin(request, ['http://localhost:3000'])).toBe(isTrusted);
  });
});
