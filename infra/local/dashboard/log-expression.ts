/** The conditions and values of Logs Insights that the queries here use. */
import { readTokens } from './tokens.ts';

/** One log line as JSON, or one row of an earlier `stats`. */
export type Row = Readonly<Record<string, unknown>>;
export type Evaluate = (row: Row) => unknown;

const TOKEN = /\s*("[^"]*"|'[^']*'|\d+(?:\.\d+)?|[A-Za-z_@][\w@.]*|<=|>=|!=|[=<>()*,])/y;

type Join = (left: unknown, right: unknown) => boolean;
const COMPARISONS: Readonly<Record<string, Join>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => Number(left) < Number(right),
  '>': (left, right) => Number(left) > Number(right),
  '<=': (left, right) => Number(left) <= Number(right),
  '>=': (left, right) => Number(left) >= Number(right),
};

/** @throws for unknown syntax */
export function parseLogExpression(text: string): Evaluate {
  const tokens = readTokens(text, TOKEN);
  const parsed = either();
  if (tokens.peek() !== undefined) throw tokens.unknown(tokens.peek());
  return parsed;

  function either(): Evaluate {
    const parts = [both()];
    while (tokens.accept('or')) parts.push(both());
    const [only] = parts;
    if (only && parts.length === 1) return only;
    return (row) => parts.some((part) => Boolean(part(row)));
  }

  function both(): Evaluate {
    const parts = [comparison()];
    while (tokens.accept('and')) parts.push(comparison());
    const [only] = parts;
    if (only && parts.length === 1) return only;
    return (row) => parts.every((part) => Boolean(part(row)));
  }

  function comparison(): Evaluate {
    const left = primary();
    const operator = Object.keys(COMPARISONS).find((candidate) => tokens.accept(candidate));
    const join = COMPARISONS[operator ?? ''];
    if (!join) return left;
    const right = primary();
    return (row) => join(left(row), right(row));
  }

  function primary(): Evaluate {
    const token = tokens.take();
    if (token === '(') {
      const inner = either();
      tokens.expect(')');
      return inner;
    }
    if (token === 'ispresent' && tokens.accept('(')) {
      const name = tokens.take();
      tokens.expect(')');
      return (row) => row[name] !== undefined;
    }
    if (/^["']/.test(token)) return () => token.slice(1, -1);
    if (/^\d/.test(token)) return () => Number(token);
    return (row) => row[token];
  }
}
