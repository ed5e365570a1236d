import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODE_PATTERN, toCode } from '../../../../shared/domain/code.ts';

/** As people, keyboards and copied texts bring them. */
const TYPED_DIGITS: readonly string[] = [
  ...['765241', ' 765241', '765 241', '765-241', '765241\n', '\t7 6 5 2 4 1\r\n'],
  ...['765\u00a0241', '765\u202f241', '765\u3000241', '765\u2028241', '765\u0085241\u000b\u000c'],
  ...['\u202e765241\u202c', '\u200e765241', '\u2066765241\u2069', '765\u200b241', '765\u00ad241'],
  ...['\ufeff765241', '765\u2011241', '765\u2013241', '765\u2014241', '765\u2212241'],
  ...['765\uff0d241', '٧٦٥٢٤١', '۷۶۵۲۴۱', '७६५२४१', '７６５２４１', '๗๖๕๒๔๑', '𝟕𝟔𝟓𝟐𝟒𝟏'],
  ...['𝟽𝟼𝟻𝟸𝟺𝟷', '٧٦٥-۲۴۱'],
];

const TYPED_CODES: readonly (readonly [typed: string, code: string])[] = [
  ...TYPED_DIGITS.map((typed) => [typed, '765241'] as const),
  ['Ab3xK9', 'Ab3xK9'],
  ['aO0o', 'aO0o'],
];

const NOT_CODES: readonly string[] = [
  ...['', '   ', '123', '12345678901', '[765241]', '(765241)', '765.241', '765_241', '765,241'],
  ...['code: 765241', 'G-765241 is your code', '\u200b\u200b\u200b\u200b', 'ⅦⅥⅤⅡⅣⅠ', '⑦⑥⑤②④①'],
  ...['Ａｂ３ｘＫ９', 'Аb3xK9', '7\ufe0f\u20e36\ufe0f\u20e35\ufe0f\u20e32\ufe0f\u20e3', '⁷⁶⁵²⁴¹'],
  ...['7\u03016524', '765\u2800241', '765ー241', '765\u0000241', '7652\ud800'],
  `765241${' '.repeat(59)}`,
];

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
