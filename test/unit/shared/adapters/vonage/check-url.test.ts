import { describe, expect, it } from 'vitest';
import { isAllowedCheckUrl } from '../../../../../shared/adapters/vonage/check-url.ts';

const HOSTS = ['.vonage.com', '.nexmo.com', 'check.example.org'];
const PATH = '/v2/verify/5b0d/silent-auth/redirect';

describe('isAllowedCheckUrl', () => {
  it.each([
    `https://api-eu.vonage.com${PATH}`,
    `https://api-eu-3.vonage.com${PATH}?a=b%20c&d=@e:f`,
    'https://api.nexmo.com',
    'https://check.example.org/',
    `https://api.vonage.com/${'a'.repeat(2048 - 'https://api.vonage.com/'.length)}`,
  ])('allows %s', (url) => {
    expect(isAllowedCheckUrl(url, HOSTS)).toBe(true);
  });

  it.each([
    '',
    'api.vonage.com/x',
    '//api.vonage.com/x',
    'http://api.vonage.com/x',
    'ftp://api.vonage.com/x',
    'javascript:alert(1)//.vonage.com',
    'data:text/html,.vonage.com',
    'HTTPS://api.vonage.com/x',
    'https:/api.vonage.com/x',
    'https:\\\\api.vonage.com/x',
    'https://vonage.com/x',
    'https://evilvonage.com/x',
    'https://api.vonage.com.evil.example/x',
    'https://evil.example/.vonage.com',
    'https://evil.example?.vonage.com',
    'https://a.check.example.org/',
    'https://api.vonage.com@evil.example/x',
    'https://user@api.vonage.com/x',
    'https://user:password@api.vonage.com/x',
    'https://@api.vonage.com/x',
    'https://api.vonage.com:443/x',
    'https://api.vonage.com:8443/x',
    'https://api.vonage.com:/x',
    'https://api.vonage.com./x',
    'https://API.vonage.com/x',
    'https://api.vonage.com/x#fragment',
    'https://api.vonage.com/x#',
    'https://api.vonage.com\\@evil.example/x',
    'https://api.vonage.com/x y',
    ' https://api.vonage.com/x',
    'https://api.vonage.com/x\n',
    'https://api.vonage.com/x\r\nhost: evil.example',
    'https://api.vonage.com/\u0000',
    'https://api.von\tage.com/x',
    'https://api.vonage.com/"><script>',
    'https://api.vonage\u3002com/x',
    'https://\u0430pi.vonage.com/x',
    'https://192.0.2.1/x',
    'https://0x7f000001/x',
    'https://2130706433/x',
    'https://[::1]/x',
    'https://127.0.0.1:3002/x',
    'http://127.0.0.1:3002/x',
    `https://api.vonage.com/${'a'.repeat(2049 - 'https://api.vonage.com/'.length)}`,
  ])('refuses %j', (url) => {
    expect(isAllowedCheckUrl(url, HOSTS)).toBe(false);
  });

  it.each([
    ['no host is allowed', `https://api.vonage.com${PATH}`, []],
    ['an address looks like the end of a host', 'https://192.0.2.1/x', ['.2.1', '192.0.2.1']],
  ])('refuses a URL where %s', (_, url, hosts) => {
    expect(isAllowedCheckUrl(url, hosts)).toBe(false);
  });

  it.each([
    ['http://127.0.0.1:3002/redirect?a=1', true],
    ['https://vonage.example:8443/redirect', true],
    ['http://127.0.0.1:3003/redirect', false],
    ['https://127.0.0.1:3002/redirect', false],
    ['http://localhost:3002/redirect', false],
    ['http://127.0.0.1:30020/redirect', false],
    ['http://127.0.0.1:3002@evil.example/', false],
    ['http://user@127.0.0.1:3002/', false],
    ['https://vonage.example/redirect', false],
    ['https://a.vonage.example:8443/redirect', false],
    ['http://vonage.example/redirect', false],
  ])('compares %s with whole origins: %s', (url, isAllowed) => {
    const origins = [
      'http://127.0.0.1:3002',
      'https://vonage.example:8443',
      'http://vonage.example',
    ];
    expect(isAllowedCheckUrl(url, origins)).toBe(isAllowed);
  });
});
