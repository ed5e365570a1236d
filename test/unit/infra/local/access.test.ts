import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isTrustedOrigin, NO_MORE_ACCESS, refusalOf } from '../../../../infra/local/access.ts';

/** As Node hands over what arrived. */
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
  it('takes no origin and a known one, and no other', () => {
    const known = ['http://localhost:3000'];
    expect(isTrustedOrigin(requestFor('localhost'), known)).toBe(true);
    expect(isTrustedOrigin(requestFor('localhost', '/', 'http://localhost:3000'), known)).toBe(
      true,
    );
    expect(isTrustedOrigin(requestFor('localhost', '/', 'https://evil.test'), known)).toBe(false);
  });
});
