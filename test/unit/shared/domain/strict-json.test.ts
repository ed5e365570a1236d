import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../../../shared/domain/strict-json.ts';

/** Around the edges of RFC 8259. */
const JSON_TEXTS: readonly string[] = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '1e5',
    '1E+2',
    '1.5e-3',
    '123456789012345678901234567890',
    '1e400',
  ],
  ...['""', '"\\u0000"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\/\\b\\f\\n\\r\\t"', '"\u2028\u2029"'],
  ...['[]', '[1,[2,[3]]]', '[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]'],
  ...['{}', '{"":0}', '{"a":{"b":{"c":[]}}}', ' \t\r\n{"a":1}\n', '{"a":1,"a":2}'],
  ...['{"\\u0061":1,"a":2}', '{"__proto__":{"status":"completed"}}'],
  '{"constructor":{"prototype":{"x":1}}}',
];

const NO_JSON_TEXTS: readonly string[] = [
  ...[' ', 'nul', 'True', 'undefined', 'NaN', 'Infinity', '-Infinity'],
  ...['+1', '01', '-01', '1.', '.5', '1e', '0x10', '1_000'],
  ...["'a'", '"', '"\\x41"', '"\\u12"', '"\ttab"', '"\nline"', '"\u0000"'],
  ...['[', ']', '[1,]', '[,1]', '[1 2]', '[1}'],
  ...['{', '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}', '{a:1}', "{'a':1}", '{"a":1 "b":2}'],
  ...['{"a":NaN}', '{"a":undefined}', '{"a":1}}', '{"a":1}{"b":2}', '{"a":1}x', '{"a":1}#'],
  ...['{"a":1}\u0000', '{"a":1}\ufeff', '\ufeff{"a":1}', '\u00a0{"a":1}'],
  ...['{"a":1}/* comment */', '// comment\n{"a":1}', '<xml/>', 'a=1&b=2'],
];

const AMBIGUOUS = [
  '{"a":1,"a":2}',
  '{"\\u0061":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"a":1,"b":{"c":1},"a":2}',
  '[{"b":{"a":[1],"a":2}}]',
  '{"a" :1,"a"\n:2}',
  '{"":1,"":2}',
  '{"__proto__":1}',
  '{"__proto__":{"status":"completed"}}',
  '{"a":{"\\u005f_proto__":1}}',
  '{"constructor":1}',
  '{"constructor":{"prototype":{"x":1}}}',
  '[{"prototype":1}]',
];

describe('parseStrictJson', () => {
  it.each([
    ...JSON_TEXTS.filter((text) => !AMBIGUOUS.includes(text)),
    ' {"a":1,"b":[{"a":2},{"a":3}],"c":{"a":{"a":4}}} ',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"__proto__","b":["constructor","prototype"]}',
    '{"a":":","b":"\\\\","c":"\\"a\\":"}',
  ])('reads %s as JSON.parse does', (text) => {
    const value: unknown = JSON.parse(text);
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'value', value });
  });

  it.each([
    ...NO_JSON_TEXTS,
    '',
    '{"a":1 /* comment */}',
    `${'['.repeat(17)}${']'.repeat(17)}`,
    `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`,
    `{"a":1,"a":${'['.repeat(16)}${']'.repeat(16)}}`,
    '['.repeat(16_000),
    `${'['.repeat(8000)}${']'.repeat(8000)}`,
    `"${'\\"'.repeat(8000)}`,
  ])('refuses %s', (text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'invalid' });
  });

  it.each(AMBIGUOUS)('calls %s ambiguous', (text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'ambiguous' });
  });
});
