import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  refusedFor,
  refusedNames,
} from '../../../../../shared/adapters/vonage/refused-parameters.ts';
import { REFUSED_PARAMETERS } from '../../../../fixtures/refused-parameters.ts';

const SILENT = { channel: 'silent_auth', to: '+447400123456' } as const;
const EMAIL = { channel: 'email', to: 'jo@example.org' } as const;

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
