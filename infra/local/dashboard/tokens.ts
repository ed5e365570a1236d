/** Reads a text word by word, for the small languages of CloudWatch. */

export interface Tokens {
  /** The next token, not consumed; undefined at the end. */
  peek(): string | undefined;
  /** @throws at the end */
  take(): string;
  /** Consumes the next token if it equals this one. */
  accept(token: string): boolean;
  /** @throws when the next token is a different one */
  expect(token: string): void;
  /** The error for an unexpected token. */
  unknown(token: string | undefined): Error;
}

/** @param pattern sticky, with the token as its first group */
export function readTokens(text: string, pattern: RegExp): Tokens {
  const tokens: string[] = [];
  const next = new RegExp(pattern);
  while (next.lastIndex < text.trimEnd().length) {
    const token = next.exec(text)?.[1];
    if (token === undefined) throw new Error(`cannot read ${text}`);
    tokens.push(token);
  }
  let place = 0;
  const unknown = (token = 'the end'): Error => new Error(`${token} is not understood in ${text}`);
  const take = (): string => {
    const token = tokens[place];
    if (token === undefined) throw unknown();
    place += 1;
    return token;
  };
  return {
    peek: () => tokens[place],
    take,
    accept(token) {
      if (tokens[place] !== token) return false;
      place += 1;
      return true;
    },
    expect(token) {
      const found = take();
      if (found !== token) throw unknown(found);
    },
    unknown,
  };
}
