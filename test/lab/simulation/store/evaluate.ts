/** What an expression means for one item. Items are never changed: an update makes a new one. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition, Operand } from './expression.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

/** What the placeholders of an expression stand for. */
export interface Bindings {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

export function isTrue(condition: Condition, item: Item, bindings: Bindings): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every((each) => isTrue(each, item, bindings));
    case 'or':
      return condition.conditions.some((each) => isTrue(each, item, bindings));
    case 'not':
      return !isTrue(condition.condition, item, bindings);
    case 'test':
      return isTestTrue(condition.operand, item, bindings);
    default: {
      const left = toValue(condition.left, item, bindings);
      const right = toValue(condition.right, item, bindings);
      return left !== undefined && right !== undefined
        ? isComparison(condition.comparator, left, right)
        : false;
    }
  }
}

/** Every operand is read from the item as it was before. */
export function update(item: Item, changes: readonly Change[], bindings: Bindings): Item {
  const result: Record<string, AttributeValue> = { ...item };
  for (const { clause, attribute, operand } of changes) {
    const name = nameOf(attribute, bindings);
    const value = operand && toValue(operand, item, bindings);
    const changed = value && applyTo(clause, item[name], value);
    if (changed) result[name] = changed;
    else delete result[name];
  }
  return result;
}

function applyTo(
  clause: Change['clause'],
  old: AttributeValue | undefined,
  value: AttributeValue,
): AttributeValue | undefined {
  if (clause === 'SET') return value;
  if (value.N !== undefined) return { N: String(Number(old?.N ?? 0) + Number(value.N)) };
  const before = old?.SS ?? [];
  const given = value.SS ?? [];
  const after =
    clause === 'ADD'
      ? [...new Set([...before, ...given])]
      : before.filter((member) => !given.includes(member));
  return after.length > 0 ? { SS: after } : undefined;
}

function isTestTrue(operand: Operand, item: Item, bindings: Bindings): boolean {
  if (operand.kind !== 'call') throw new Error('an operand alone is no condition');
  const [first, second] = operand.operands;
  const value = first && toValue(first, item, bindings);
  switch (operand.name) {
    case 'attribute_exists':
      return value !== undefined;
    case 'attribute_not_exists':
      return value === undefined;
    case 'begins_with': {
      const start = second && toValue(second, item, bindings)?.S;
      return start !== undefined && value?.S?.startsWith(start) === true;
    }
    case 'contains': {
      const member = second && toValue(second, item, bindings)?.S;
      return member !== undefined && (value?.SS ?? []).includes(member);
    }
    default:
      throw new Error(`unknown function ${operand.name}`);
  }
}

function toValue(operand: Operand, item: Item, bindings: Bindings): AttributeValue | undefined {
  if (operand.kind === 'value') {
    const value = bindings.values[operand.name];
    if (!value) throw new Error(`no value for ${operand.name}`);
    return value;
  }
  if (operand.kind === 'attribute') return item[nameOf(operand.name, bindings)];
  const [first, second] = operand.operands.map((each) => toValue(each, item, bindings));
  switch (operand.name) {
    case 'if_not_exists':
      return first ?? second;
    case 'list_append':
      return { L: [...(first?.L ?? []), ...(second?.L ?? [])] };
    case 'size':
      return first && { N: String((first.L ?? first.SS ?? first.S ?? '').length) };
    default:
      throw new Error(`unknown function ${operand.name}`);
  }
}

function nameOf(alias: string, { names }: Bindings): string {
  const name = names[alias];
  if (name === undefined) throw new Error(`no name for ${alias}`);
  return name;
}

/** Values of different types are never equal and have no order. */
function isComparison(comparator: string, left: AttributeValue, right: AttributeValue): boolean {
  if (left.B && right.B) {
    return comparator === '=' && Buffer.from(left.B).equals(Buffer.from(right.B));
  }
  const [one, other] =
    left.N !== undefined && right.N !== undefined
      ? [Number(left.N), Number(right.N)]
      : [left.S, right.S];
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
