import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isTrustedOrigin, refusalOf } from '../../../../infra/local/access.ts';

function requestFor(host: string, url = '/', origin?: string): IncomingMessage {
  const headers = { host, ...(origin !== undefined && { origin }) };
  return { url, headers, rawHeaders: Object.entries(headers).flat() } as unknown as IncomingMessage;
}

describe('refusalOf', () => {
  const access = { hosts: ['my-mac.local'], origins: [] };
  const own = 'localhost LOCALHOST:3000 127.0.0.1:3000 10.0.2.2 [::1]:3000 my-mac.local'.split(' ');
  const foreign = 'evil.test localhost.evil.test:3000 my-mac.local.test 1.2.3 a:b:c'.split(' ');
  const odd = '// //start //[ /\\?a] /\\\\evil.test/ /% /%E0%A4%A http://localhost/ * ? x'.split(
    ' ',
  );
  it.each<readonly [host: string, url: string, status: number | undefined]>([
    ...own.map((host) => [host, '/start', undefined] as const),
    ...foreign.map((host) => [host, '/', 403] as const),
    ...odd.map((url) => ['localhost', url, 400] as const),
  ])('answers host %s and path %s with %s (T28)', (host, url, status) => {
    expect(refusalOf(requestFor(host, url), access)).toBe(status);
  });
});

describe('isTrustedOrigin', () => {
  it.each([
    [undefined, true],
    ['http://localhost:3000', true],
    ['https://evil.test', false],
  ])('trusts the origin %s: %s', (origin, isTrusted) => {
    const request = requestFor('localhost', '/', origin);
    expect(isTrustedOrigin(request, ['http://localhost:3000'])).toBe(isTrusted);
  });
});
