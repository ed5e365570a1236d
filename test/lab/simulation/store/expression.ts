/**
 * DynamoDB's condition and update expressions: the part of the grammar that we use, read once and
 * applied to any item. Items are never changed: an update makes a new one.
 */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;

/** What the placeholders of an expression stand for. */
interface Bindings {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

type Condition = (item: Item, bindings: Bindings) => boolean;
type Update = (item: Item, bindings: Bindings) => Item;
type Operand = (item: Item, bindings: Bindings) => AttributeValue | undefined;

interface Reader {
  readonly peek: () => string | undefined;
  readonly take: (expected?: string) => string;
}

const TOKEN = /\s*([#:]?[A-Za-z_][A-Za-z0-9_]*|<=|>=|<>|[=<>(),])/y;

export function parseCondition(text: string): Condition {
  const reader = read(text);
  const condition = parseOr(reader);
  if (reader.peek() !== undefined) throw new Error(`unexpected ${reader.peek()} in ${text}`);
  return condition;
}

function parseOr(reader: Reader): Condition {
  const conditions = [parseAnd(reader)];
  while (takes(reader, 'OR')) conditions.push(parseAnd(reader));
  return (...on) => conditions.some((condition) => condition(...on));
}

function parseAnd(reader: Reader): Condition {
  const conditions = [parseNot(reader)];
  while (takes(reader, 'AND')) conditions.push(parseNot(reader));
  return (...on) => conditions.every((condition) => condition(...on));
}

function parseNot(reader: Reader): Condition {
  if (takes(reader, 'NOT')) {
    const condition = parseNot(reader);
    return (...on) => !condition(...on);
  }
  if (takes(reader, '(')) {
    const condition = parseOr(reader);
    reader.take(')');
    return condition;
  }
  const test = TESTS[reader.peek() ?? ''];
  if (test) {
    reader.take();
    const [first, second] = parseOperands(reader);
    return (...on) => test(first?.(...on), second?.(...on));
  }
  const left = parseOperand(reader);
  const comparator = reader.take();
  const right = parseOperand(reader);
  return (...on) => isComparison(comparator, left(...on), right(...on));
}

const TESTS: Readonly<Record<string, (value?: AttributeValue, other?: AttributeValue) => boolean>> =
  {
    attribute_exists: (value) => value !== undefined,
    attribute_not_exists: (value) => value === undefined,
    begins_with: (value, start) => start?.S !== undefined && value?.S?.startsWith(start.S) === true,
    contains: (value, member) => member?.S !== undefined && value?.SS?.includes(member.S) === true,
  };

/** Values of different types are never equal and have no order. */
function isComparison(comparator: string, left?: AttributeValue, right?: AttributeValue): boolean {
  if (!left || !right) return false;
  if (left.B && right.B) {
    return comparator === '=' && Buffer.from(left.B).equals(Buffer.from(right.B));
  }
  const areNumbers = left.N !== undefined && right.N !== undefined;
  const [one, other] = areNumbers ? [Number(left.N), Number(right.N)] : [left.S, right.S];
  if (one === undefined || other === undefined) return false;
  switch (comparator) {
    case '=':
      return one === other;
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
    default:
      return one !== other;
  }
}

function parseOperand(reader: Reader): Operand {
  const name = reader.take();
  if (name.startsWith('#')) return (item, { names }) => item[bound(names, name)];
  if (name.startsWith(':')) return (_, { values }) => bound(values, name);
  const call = FUNCTIONS[name];
  if (!call) throw new Error(`unknown function ${name}`);
  const [first, second] = parseOperands(reader);
  return (...on) => call(first?.(...on), second?.(...on));
}

const FUNCTIONS: Readonly<
  Record<string, (first?: AttributeValue, second?: AttributeValue) => AttributeValue | undefined>
> = {
  if_not_exists: (value, otherwise) => value ?? otherwise,
  list_append: (list, more) => ({ L: [...(list?.L ?? []), ...(more?.L ?? [])] }),
  size: (value) => value && { N: String((value.L ?? value.SS ?? value.S ?? '').length) },
};

function parseOperands(reader: Reader): readonly Operand[] {
  const operands: Operand[] = [];
  reader.take('(');
  do operands.push(parseOperand(reader));
  while (takes(reader, ','));
  reader.take(')');
  return operands;
}

/** Every operand is read from the item as it was before. */
export function parseUpdate(text: string): Update {
  const reader = read(text);
  const changes: ((before: Item, after: Record<string, AttributeValue>, to: Bindings) => void)[] =
    [];
  while (reader.peek() !== undefined) {
    const clause = reader.take();
    const change = CLAUSES[clause];
    if (!change) throw new Error(`unexpected ${clause} in ${text}`);
    do {
      const attribute = reader.take();
      if (clause === 'SET') reader.take('=');
      const operand = clause === 'REMOVE' ? undefined : parseOperand(reader);
      changes.push((before, after, bindings) => {
        const name = bound(bindings.names, attribute);
        const value = operand?.(before, bindings);
        const changed = value && change(value, before[name]);
        if (changed) after[name] = changed;
        else delete after[name];
      });
    } while (takes(reader, ','));
  }
  return (item, bindings) => {
    const after = { ...item };
    for (const change of changes) change(item, after, bindings);
    return after;
  };
}

const CLAUSES: Readonly<
  Record<string, (value: AttributeValue, old?: AttributeValue) => AttributeValue | undefined>
> = {
  SET: (value) => value,
  REMOVE: () => undefined,
  ADD: (value, old) =>
    value.N === undefined
      ? toSet([...(old?.SS ?? []), ...(value.SS ?? [])])
      : { N: String(Number(old?.N ?? 0) + Number(value.N)) },
  DELETE: (value, old) => toSet((old?.SS ?? []).filter((member) => !value.SS?.includes(member))),
};

/** DynamoDB does not store empty sets. */
function toSet(members: readonly string[]): AttributeValue | undefined {
  return members.length > 0 ? { SS: [...new Set(members)] } : undefined;
}

function bound<T>(bindings: Readonly<Record<string, T>>, placeholder: string): T {
  const found = bindings[placeholder];
  if (found === undefined) throw new Error(`nothing is bound to ${placeholder}`);
  return found;
}

function takes(reader: Reader, token: string): boolean {
  if (reader.peek() !== token) return false;
  reader.take();
  return true;
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
