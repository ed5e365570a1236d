import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODE_PATTERN, toCode } from '../../../../shared/domain/code.ts';
import { NOT_CODES, TYPED_CODES } from '../../../fixtures/codes.ts';

describe('toCode', () => {
  it.each(TYPED_CODES)('makes %j the code %j', (typed, code) => {
    expect(toCode(typed)).toBe(code);
  });

  it.each(NOT_CODES)('makes no code of %j', (typed) => {
    expect(toCode(typed)).not.toMatch(CODE_PATTERN);
  });

  it('knows every decimal digit of Unicode', () => {
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
      const character = String.fromCodePoint(codePoint);
      if (/\p{Nd}/u.test(character)) expect(toCode(character)).toMatch(/^[0-9]$/);
    }
    const arabic = Array.from({ length: 10 }, (_, digit) => String.fromCodePoint(0x660 + digit));
    expect(toCode(arabic.join(''))).toBe('0123456789');
  });

  it('never throws, and changes nothing of its own result', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        expect(toCode(toCode(typed))).toBe(toCode(typed));
      }),
    );
  });
});
