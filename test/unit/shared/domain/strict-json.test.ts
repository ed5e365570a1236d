import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../../../shared/domain/strict-json.ts';

describe('parseStrictJson', () => {
  it.each([
    '{}',
    '[]',
    '"a"',
    ' {"a":1,"b":[{"a":2},{"a":3}],"c":{"a":{"a":4}}} ',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"__proto__","b":["constructor","prototype"]}',
    '{"a":":","b":"\\\\","c":"\\"a\\":"}',
    `${'['.repeat(16)}${']'.repeat(16)}`,
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual({
      outcome: 'value',
      value: JSON.parse(text),
    });
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a":1}x',
    '{"a":1} {"a":1}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1,}',
    '[1,]',
    "{'a':1}",
    '{a:1}',
    '{"a":1 /* comment */}',
    '{"a":1 // comment\n}',
    '{"a":"line\nbreak"}',
    '{"a":"\\x41"}',
    '\uFEFF{}',
    'undefined',
    `${'['.repeat(17)}${']'.repeat(17)}`,
    `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`,
    `{"a":1,"a":${'['.repeat(16)}${']'.repeat(16)}}`,
    '['.repeat(16_000),
    `${'['.repeat(8000)}${']'.repeat(8000)}`,
    `"${'\\"'.repeat(8000)}`,
  ])('refuses %s', (text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'invalid' });
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a":1,"b":{"c":1},"a":2}',
    '[{"b":{"a":[1],"a":2}}]',
    '{"a" :1,"a"\n:2}',
    '{"":1,"":2}',
    '{"__proto__":1}',
    '{"a":{"\\u005f_proto__":1}}',
    '{"constructor":1}',
    '[{"prototype":1}]',
  ])('calls %s ambiguous', (text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual({ outcome: 'ambiguous' });
  });
});
