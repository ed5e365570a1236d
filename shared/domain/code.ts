/**
 * Converts a typed code into the form that is checked. Backend and client share it, so it must run
 * on every JavaScript engine.
 */

/** A converted code. Case matters, and `0` is not `O`. */
export const CODE_PATTERN = /^[A-Za-z0-9]{4,10}$/;

/** Longest code that a client may send, in UTF-16 units. */
export const MAX_TYPED_CODE_LENGTH = 64;

const DIGIT = /* @__PURE__ */ pattern('\\p{Nd}');
/** What keyboards, mails and copying put between digits: white space, dashes, invisible marks. */
const FILLER = /* @__PURE__ */ pattern('[\\p{Cf}\\p{White_Space}\\p{Z}\\p{Pd}\\u2212]');

/**
 * Never throws. A text that is too long is returned unchanged; characters that no code contains are
 * kept.
 */
export function toCode(typed: string): string {
  if (typed.length > MAX_TYPED_CODE_LENGTH || !DIGIT || !FILLER) return typed;
  const characters = Array.from(typed).filter((character) => !FILLER.test(character));
  return characters.map((character) => toAscii(character, DIGIT)).join('');
}

/** Unicode arranges decimal digits in runs of ten, from zero to nine. */
function toAscii(character: string, digit: RegExp): string {
  if (!digit.test(character)) return character;
  const codePoint = character.codePointAt(0) ?? 0;
  let start = codePoint;
  while (digit.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((codePoint - start) % 10);
}

/**
 * `undefined` on engines without Unicode properties (Hermes before 2024): there only the backend
 * converts codes.
 */
function pattern(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'u');
  } catch {
    return undefined;
  }
}
