import { describe, expect, it } from 'vitest';
import { toCode } from '../../../../shared/client/code.ts';
import { NOT_CODES, TYPED_CODES } from '../../../fixtures/codes.ts';
import { submitCode } from '../../../fixtures/fake-backend.ts';
import { backend, begin } from './clients.ts';

describe('toCode', () => {
  it.each(TYPED_CODES)('makes %j the code %j', (typed, code) => {
    expect(toCode(typed)).toBe(code);
  });

  it.each(NOT_CODES)('makes no code of %j', (typed) => {
    expect(toCode(typed)).not.toMatch(/^[A-Za-z0-9]{4,10}$/);
  });

  it('knows every decimal digit of Unicode', () => {
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
      const character = String.fromCodePoint(codePoint);
      if (/\p{Nd}/u.test(character)) expect(toCode(character)).toMatch(/^[0-9]$/);
    }
    const arabic = Array.from({ length: 10 }, (_, digit) => String.fromCodePoint(0x660 + digit));
    expect(toCode(arabic.join(''))).toBe('0123456789');
  });
});

describe('checkCode', () => {
  it('sends the code in its form', async () => {
    const server = backend();
    server.change(submitCode());
    await (await begin(server, { WebSocket: null })).checkCode('\u200e٧٦٥ 241\n');
    const call = server.received.find(({ path }) => path === '/check-code');
    expect(call?.body).toMatchObject({ code: '765241' });
  });
});
