import { describe, expect, it } from 'vitest';
import { isAllowedOrigin } from '../../../../shared/lambda/origin.ts';
import { DOMAIN, handshake, httpRequest } from '../../../fixtures/requests.ts';

const ALLOWED = ['https://app.example', 'capacitor://localhost'];

describe('isAllowedOrigin', () => {
  it.each<[string, Record<string, string>]>([
    ['none, as native apps send', {}],
    ['one of the stage', { Origin: 'https://app.example' }],
    ['the WebView of an app', { Origin: 'capacitor://localhost' }],
    ["the API's own, as React Native sends", { Origin: `https://${DOMAIN}` }],
    ['one of the stage, with the header in lower case', { origin: 'https://app.example' }],
  ])('allows %s', (_name, headers) => {
    expect(isAllowedOrigin(handshake(headers), ALLOWED)).toBe(true);
  });

  it.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'https://app.example:8443',
    'https://evil.example/https://app.example',
    'https://notapp.example',
    'http://app.example',
    `http://${DOMAIN}`,
    `https://${DOMAIN}.evil.example`,
    'capacitor://localhost.evil.example',
    'ionic://localhost',
    'https://localhost',
    'null',
    '',
  ])('refuses "%s", however the header is spelled', (origin) => {
    for (const name of ['Origin', 'origin', 'ORIGIN']) {
      expect(isAllowedOrigin(handshake({ [name]: origin }), ALLOWED)).toBe(false);
      expect(isAllowedOrigin(httpRequest({ [name]: origin }), ALLOWED)).toBe(false);
    }
  });
});
