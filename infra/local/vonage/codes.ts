/**
 * Creates codes as Vonage does: digits for people, letters and digits for silent authentication.
 */
import { randomInt } from 'node:crypto';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SILENT_CODE_LENGTH = 6;

export function createPin(length: number): string {
  return pick(DIGITS, length);
}

/** Six mixed-case alphanumerics; `mixed` has at least one letter (protocol §2). */
export function createSilentCode(kind: 'mixed' | 'digits'): string {
  if (kind === 'digits') return pick(DIGITS, SILENT_CODE_LENGTH);
  const code = pick(DIGITS + LETTERS, SILENT_CODE_LENGTH);
  return /[A-Za-z]/.test(code) ? code : createSilentCode(kind);
}

function pick(alphabet: string, length: number): string {
  let code = '';
  while (code.length < length) code += alphabet[randomInt(alphabet.length)];
  return code;
}
