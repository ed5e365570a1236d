/**
 * Creates codes as Vonage does: digits for people, letters and digits for silent authentication.
 */
import { randomInt, randomUUID } from 'node:crypto';

/** What ids and codes are made of. */
export interface Random {
  id(): string;
  /** An integer in [0, limit). */
  below(limit: number): number;
}

export const RANDOM: Random = { id: randomUUID, below: (limit) => randomInt(limit) };

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SILENT_CODE_LENGTH = 6;

export function createPin(length: number, random: Random): string {
  return pick(DIGITS, length, random);
}

/** Six mixed-case alphanumerics; `mixed` has at least one letter (protocol §2). */
export function createSilentCode(kind: 'mixed' | 'digits', random: Random): string {
  if (kind === 'digits') return pick(DIGITS, SILENT_CODE_LENGTH, random);
  const code = pick(DIGITS + LETTERS, SILENT_CODE_LENGTH, random);
  return /[A-Za-z]/.test(code) ? code : createSilentCode(kind, random);
}

function pick(alphabet: string, length: number, random: Random): string {
  let code = '';
  while (code.length < length) code += alphabet[random.below(alphabet.length)];
  return code;
}
