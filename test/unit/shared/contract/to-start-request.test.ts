import { describe, expect, it } from 'vitest';
import { startBodySchema } from '../../../../shared/contract/requests.ts';
import { toStartRequest } from '../../../../shared/contract/to-start-request.ts';

const BODY = { phone_number: '+4915112345678', result: 'json' } as const;

describe('toStartRequest', () => {
  it.each(['k'.repeat(22), 'k'.repeat(64), 'AZaz09_-'.repeat(3)])('takes the key %s', (key) => {
    expect(toStartRequest(BODY, key)).toMatchObject({ idempotencyKey: key });
  });

  it.each([
    '',
    'k'.repeat(21),
    'k'.repeat(65),
    `${'k'.repeat(22)} `,
    `${'k'.repeat(22)}\n`,
    `${'k'.repeat(21)}+`,
    `${'k'.repeat(21)}ü`,
  ])('refuses the key %j', (key) => {
    expect(() => toStartRequest(BODY, key)).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    );
  });

  it.each([
    ['fr-CH, fr;q=0.9', 'fr-ch'],
    ['English', undefined],
    ['a'.repeat(500), undefined],
    [{ language: 'de' }, undefined],
  ])('takes %j for the locale %j', (locale, form) => {
    const body = startBodySchema.parse({ ...BODY, locale });
    expect(toStartRequest(body, undefined).locale).toBe(form);
  });

  it('needs neither key nor locale', () => {
    const { phone_number: phoneNumber, result } = BODY;
    expect(toStartRequest(BODY, undefined)).toEqual({ phoneNumber, result });
  });
});
