/** The part of CloudWatch's metric math that dashboards and alarms here use, as a tree. */
import { readTokens } from './tokens.ts';

export type Operator = '+' | '-' | '*' | '/' | '<' | '>' | '<=' | '>=' | '==' | '!=' | 'AND' | 'OR';

export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly type: 'operation';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** Operators in order of precedence, the weakest first. */
const LEVELS: readonly (readonly Operator[])[] = [
  ['OR'],
  ['AND'],
  ['<', '>', '<=', '>=', '==', '!='],
  ['+', '-'],
  ['*', '/'],
];
const TOKEN = /\s*(\d+(?:\.\d+)?|'[^']*'|[A-Za-z_]\w*|<=|>=|==|!=|[-+*/<>(),])/y;

/** @throws for unknown syntax, so that wrong graphs are impossible */
export function parseExpression(text: string): Expression {
  const tokens = readTokens(text, TOKEN);
  const parsed = level(0);
  if (tokens.peek() !== undefined) throw tokens.unknown(tokens.peek());
  return parsed;

  function level(depth: number): Expression {
    const operators = LEVELS[depth];
    if (!operators) return primary();
    let left = level(depth + 1);
    for (;;) {
      const operator = operators.find((candidate) => tokens.accept(candidate));
      if (operator === undefined) return left;
      left = { type: 'operation', operator, left, right: level(depth + 1) };
    }
  }

  function primary(): Expression {
    const token = tokens.take();
    if (token === '(') {
      const inner = level(0);
      tokens.expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return { type: 'number', value: Number(token) };
    if (token.startsWith("'")) return { type: 'text', value: token.slice(1, -1) };
    if (!/^[A-Za-z_]/.test(token)) throw tokens.unknown(token);
    return tokens.accept('(') ? call(token) : { type: 'name', name: token };
  }

  function call(name: string): Expression {
    const args = [level(0)];
    while (tokens.accept(',')) args.push(level(0));
    tokens.expect(')');
    return { type: 'call', name, args };
  }
}
