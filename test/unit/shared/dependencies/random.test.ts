import { describe, expect, it } from 'vitest';
import { random } from '../../../../shared/dependencies/random.ts';

const bytesOf = (text: string): number => Buffer.from(text, 'base64url').byteLength;

describe('random', () => {
  it.each<['attemptId' | 'nonce', number]>([
    ['attemptId', 6],
    ['nonce', 16],
  ])('makes %s of %i bytes, another each time', (name, bytes) => {
    const made = Array.from({ length: 100 }, () => random[name]());
    expect(new Set(made).size).toBe(100);
    for (const text of made) expect(bytesOf(text)).toBe(bytes);
  });
});
