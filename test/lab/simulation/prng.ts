/** Reproducible chance: the same seed and the same questions give the same answers, on every machine. */

export interface Prng {
  /** In [0, 1). */
  readonly next: () => number;
  /** In [low, high). */
  readonly between: (low: number, high: number) => number;
  /** An integer in [0, limit). */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
  readonly text: (alphabet: string, length: number) => string;
  /** A stream of its own: what others draw does not move it. */
  readonly fork: (name: string) => Prng;
}

export const DIGITS = '0123456789';
export const HEX = `${DIGITS}abcdef`;
export const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** sfc32, seeded with a hash of the text. */
export function createPrng(seed: string): Prng {
  let [a, b, c, d] = hash(seed);
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();

  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)] ?? from[0],
    text: (alphabet, length) =>
      Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
    fork: (name) => createPrng(`${seed}/${name}`),
  };
}

/** Four words of FNV-1a, each over the text with another prefix. */
function hash(text: string): [number, number, number, number] {
  const word = (prefix: string): number => {
    let value = 0x811c9dc5;
    for (const character of prefix + text) {
      value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    return value | 0;
  };
  return [word('a'), word('b'), word('c'), word('d')];
}
