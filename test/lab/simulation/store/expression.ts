/** DynamoDB's condition and update expressions as trees: the part of the grammar that we use. */

export type Operand =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Operand[] };

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'test'; readonly operand: Operand }
  | {
      readonly kind: 'compare';
      readonly comparator: string;
      readonly left: Operand;
      readonly right: Operand;
    };

export interface Change {
  readonly clause: 'SET' | 'REMOVE' | 'ADD' | 'DELETE';
  readonly attribute: string;
  readonly operand?: Operand;
}

const TOKEN = /\s*([#:]?[A-Za-z_][A-Za-z0-9_]*|<=|>=|<>|[=<>(),])/y;
const CLAUSES = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

interface Reader {
  readonly peek: () => string | undefined;
  readonly take: (expected?: string) => string;
}

export function parseCondition(text: string): Condition {
  const reader = read(text);
  const condition = parseOr(reader);
  if (reader.peek() !== undefined) throw new Error(`unexpected ${reader.peek()} in ${text}`);
  return condition;
}

export function parseUpdate(text: string): readonly Change[] {
  const reader = read(text);
  const changes: Change[] = [];
  while (reader.peek() !== undefined) {
    const word = reader.take();
    const clause = CLAUSES.find((known) => known === word);
    if (!clause) throw new Error(`unexpected ${word} in ${text}`);
    do {
      if (reader.peek() === ',') reader.take();
      changes.push(parseChange(clause, reader));
    } while (reader.peek() === ',');
  }
  return changes;
}

function parseChange(clause: Change['clause'], reader: Reader): Change {
  const attribute = reader.take();
  if (clause === 'REMOVE') return { clause, attribute };
  if (clause === 'SET') reader.take('=');
  return { clause, attribute, operand: parseOperand(reader) };
}

function parseOr(reader: Reader): Condition {
  const conditions = [parseAnd(reader)];
  while (reader.peek() === 'OR') {
    reader.take();
    conditions.push(parseAnd(reader));
  }
  return { kind: 'or', conditions };
}

function parseAnd(reader: Reader): Condition {
  const conditions = [parseNot(reader)];
  while (reader.peek() === 'AND') {
    reader.take();
    conditions.push(parseNot(reader));
  }
  return { kind: 'and', conditions };
}

function parseNot(reader: Reader): Condition {
  if (reader.peek() === 'NOT') {
    reader.take();
    return { kind: 'not', condition: parseNot(reader) };
  }
  if (reader.peek() === '(') {
    reader.take();
    const condition = parseOr(reader);
    reader.take(')');
    return condition;
  }
  const left = parseOperand(reader);
  if (!/^[=<>]/.test(reader.peek() ?? '')) return { kind: 'test', operand: left };
  const comparator = reader.take();
  return { kind: 'compare', comparator, left, right: parseOperand(reader) };
}

function parseOperand(reader: Reader): Operand {
  const name = reader.take();
  if (name.startsWith(':')) return { kind: 'value', name };
  if (name.startsWith('#')) return { kind: 'attribute', name };
  const operands: Operand[] = [];
  reader.take('(');
  while (reader.peek() !== ')') {
    if (operands.length > 0) reader.take(',');
    operands.push(parseOperand(reader));
  }
  reader.take(')');
  return { kind: 'call', name, operands };
}

function read(text: string): Reader {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`cannot read ${text.slice(at)}`);
    tokens.push(token);
  }
  let next = 0;
  return {
    peek: () => tokens[next],
    take: (expected) => {
      const token = tokens[next];
      next += 1;
      if (token === undefined || (expected !== undefined && token !== expected)) {
        throw new Error(`expected ${expected ?? 'more'}, found ${token} in ${text}`);
      }
      return token;
    },
  };
}
