import { describe, expect, it } from 'vitest';
import { PRIVATE_PATTERNS } from '../../../../infra/aws/constructs/log-protection.ts';
import { synthesize } from '../../../fixtures/stage-stack.ts';
import { propertiesOf } from '../../../fixtures/template.ts';

const REQUEST_ID = '5b0d1c9e-6c1e-4a53-9f39-0c4a6a6f7e11';
const patterns = Object.entries(PRIVATE_PATTERNS);
const LINE = JSON.stringify({
  level: 'INFO',
  message: 'request',
  timestamp: '2026-03-04T10:15:30.500Z',
  route: 'POST /start',
  request_id: REQUEST_ID,
  country: 'DE',
  milliseconds: 431,
  _aws: { Timestamp: 1_772_619_330_500 },
});

describe('the data protection of the logs', () => {
  it('is on every log group that a function writes', () => {
    const groups = propertiesOf(synthesize('prod'), 'AWS::Logs::LogGroup');
    const ofFunctions = groups.filter(({ LogGroupName }) => LogGroupName === undefined);
    expect(ofFunctions).toHaveLength(11);
    for (const { DataProtectionPolicy } of ofFunctions) {
      const { Configuration, Statement } = DataProtectionPolicy;
      const custom: { readonly Name: string }[] = Configuration.CustomDataIdentifier;
      expect(custom.map(({ Name }) => Name)).toEqual(patterns.map(([name]) => name));
      const [audit, mask] = Statement;
      expect(mask.DataIdentifier).toEqual(audit.DataIdentifier);
      expect(mask.Operation).toEqual({ Deidentify: { MaskConfig: {} } });
      const identifiers = JSON.stringify(mask.DataIdentifier);
      for (const name of ['EmailAddress', 'PkcsPrivateKey', ...Object.keys(PRIVATE_PATTERNS)]) {
        expect(identifiers).toContain(name);
      }
    }
  });

  // The limits of CloudWatch Logs, which it checks while a stack is deployed.
  it.each(patterns)('has a name and a pattern that CloudWatch accepts: %s', (name, pattern) => {
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    expect(pattern).toMatch(/^[A-Za-z0-9_#=@/;, ^$?[\]{}|\\*+.-]{1,200}$/);
  });

  it.each([
    ['a phone number', '{"to":"+4915123456788"}', ['NumberWithPlus']],
    ['a JWT', 'Bearer eyJhbGciOi.eyJpc3MiOi.c2ln', ['JsonWebToken']],
    ['a client token', `token ${REQUEST_ID}.${'a'.repeat(43)}`, ['ClientToken']],
    ['a check_url', `https://api-eu.vonage.com/v2/verify/${REQUEST_ID}/x`, ['CheckUrl']],
    ['a line as the functions write it', LINE, []],
  ])('finds what is private in %s', (_what, text, names) => {
    const found = patterns.filter(([, pattern]) => new RegExp(pattern).test(text));
    expect(found.map(([name]) => name)).toEqual(names);
  });
});
