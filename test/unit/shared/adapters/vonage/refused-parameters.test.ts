import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  refusedFor,
  refusedNames,
} from '../../../../../shared/adapters/vonage/refused-parameters.ts';

const SILENT = { channel: 'silent_auth', to: '+447400123456' } as const;
const EMAIL = { channel: 'email', to: 'jo@example.org' } as const;

const TO = { name: 'workflow[0]', reason: '`to` Phone number is invalid' };
const MAIL = { name: 'workflow[1]', reason: '`to` Email is invalid' };
const LOCALE = { name: 'locale', reason: 'Locale is invalid' };
const BRAND = { name: 'brand', reason: 'Brand has to be between 1 and 18 characters' };

/** `invalid_parameters` of a 422, documented or seen, and what a start of [silent_auth, email] is told. */
const REFUSED_PARAMETERS: readonly (readonly [parameters: unknown, told: string])[] = [
  [[TO], 'number_refused'],
  [[{ name: 'workflow[0].to', reason: 'is invalid' }], 'number_refused'],
  [[{ name: '/workflow/0/to', reason: '' }], 'number_refused'],
  [[{ name: 'to', reason: 'Invalid' }], 'number_refused'],
  [{ name: 'to', reason: 'invalid' }, 'number_refused'],
  [{ to: ['is not a phone number'] }, 'number_refused'],
  [[{ name: 'workflow', reason: 'The phone number is not valid' }], 'number_refused'],
  [[{ reason: 'Invalid value for: to' }], 'number_refused'],
  [[{ name: 'workflow', reason: '`silent_auth` must be the only channel' }, TO], 'number_refused'],
  [[TO, BRAND, LOCALE], 'number_refused'],
  [[MAIL, TO], 'number_refused'],
  // Nothing that can be read
  [undefined, 'number_refused'],
  [null, 'number_refused'],
  [[], 'number_refused'],
  [{}, 'number_refused'],
  [[{}], 'number_refused'],
  [[null, 7, [[]]], 'number_refused'],
  [[{ name: 7, reason: {} }], 'number_refused'],
  ['', 'number_refused'],
  // The mailbox
  [[MAIL], 'email_refused'],
  [[{ name: 'workflow[1].to', reason: 'is invalid' }], 'email_refused'],
  [[{ name: 'to', reason: 'Email is invalid' }], 'email_refused'],
  // The language
  [[LOCALE], 'locale_refused'],
  [{ locale: 'is not supported' }, 'locale_refused'],
  [[{ name: '', reason: '`locale` must be a BCP-47 locale' }], 'locale_refused'],
  // Our configuration
  [[BRAND], 'misconfigured'],
  [[BRAND, LOCALE], 'misconfigured'],
  [[{ name: 'workflow[0]', reason: '`from` is required to send' }], 'misconfigured'],
  [[{ name: 'workflow[1].from', reason: 'is invalid' }], 'misconfigured'],
  [[{ name: 'code_length', reason: 'must be 4 to 10' }], 'misconfigured'],
  [[{ name: 'template_id', reason: 'is unknown to us' }], 'misconfigured'],
  [{ template_id: 'unknown' }, 'misconfigured'],
  ['brand is too long', 'misconfigured'],
];

describe('refusedFor', () => {
  it.each(REFUSED_PARAMETERS)('reads %j as %s', (invalid_parameters, told) => {
    expect(refusedFor({ invalid_parameters }, [SILENT, EMAIL])).toBe(told);
  });

  it('blames the requested channel where the refusal names no step', () => {
    const body = { invalid_parameters: [{ name: 'to', reason: 'is invalid' }] };
    expect(refusedFor(body, [EMAIL])).toBe('email_refused');
    expect(refusedFor(body, [SILENT, EMAIL])).toBe('number_refused');
  });

  it('never throws, whatever the body is', () => {
    const parameters = fc.anything().map((invalid_parameters) => ({ invalid_parameters }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), parameters), (body) => {
        expect(refusedFor(body, [SILENT, EMAIL])).toMatch(/refused|misconfigured/);
        expect(refusedNames(body)).toMatch(/^[a-z_,]*$/);
      }),
    );
  });
});

describe('refusedNames', () => {
  it('names members, and nothing that could be an address or a value', () => {
    const invalid_parameters = [
      { name: 'workflow[1]', reason: '`from` "447400123456" of `jo@example.org` is invalid' },
      { name: 'brand', reason: 'Brand is invalid' },
    ];
    expect(refusedNames({ invalid_parameters })).toBe('workflow,from,brand');
  });
});
