/** Brings a typed code into the form that the backend checks, as the backend itself does. */

/** In UTF-16 units, as typed; the backend refuses longer texts. */
const MAX_LENGTH = 64;

const DIGIT = pattern('\\p{Nd}');
/** What keyboards, mails and copying put between digits: white space, dashes, invisible marks. */
const FILLER = pattern('[\\p{Cf}\\p{Z}\\p{Pd}\\s\\u2212]');

export function toCode(typed: string): string {
  if (typed.length > MAX_LENGTH || !DIGIT || !FILLER) return typed;
  const characters = Array.from(typed).filter((character) => !FILLER.test(character));
  return characters.map((character) => toAscii(character, DIGIT)).join('');
}

/** Unicode keeps decimal digits in runs of ten, from zero to nine. */
function toAscii(character: string, digit: RegExp): string {
  if (!digit.test(character)) return character;
  const codePoint = character.codePointAt(0) ?? 0;
  let start = codePoint;
  while (digit.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((codePoint - start) % 10);
}

/** `undefined` on engines without Unicode properties (Hermes before 2024): the backend does it. */
function pattern(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'u');
  } catch {
    return undefined;
  }
}
