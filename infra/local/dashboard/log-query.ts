/** Runs the queries of log widgets over the functions' lines: a small part of Logs Insights. */
import { type Evaluate, parseLogExpression, type Row } from './log-expression.ts';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

const MAX_ROWS = 1000;

/** @param query commands separated by `|`; log groups at its beginning are ignored */
export function runLogQuery(query: string, lines: readonly Row[]): Table {
  let table: Table = { columns: [], rows: lines };
  for (const command of splitCommands(query)) table = runCommand(command, table);
  return { ...table, rows: table.rows.slice(0, MAX_ROWS) };
}

/** Does not consider pipes in quotes, because no query here has one. */
function splitCommands(query: string): string[] {
  return query
    .split('|')
    .map((command) => command.trim())
    .filter((command) => command !== '' && !command.startsWith('SOURCE '));
}

function runCommand(command: string, table: Table): Table {
  const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(command) ?? [];
  switch (name) {
    case 'filter': {
      const isWanted = parseLogExpression(rest);
      return { ...table, rows: table.rows.filter((row) => Boolean(isWanted(row))) };
    }
    case 'fields':
      return { ...table, columns: splitList(rest) };
    case 'stats':
      return summarize(rest, table.rows);
    case 'sort': {
      const [field = '', order = 'asc'] = rest.trim().split(/\s+/);
      return { ...table, rows: table.rows.toSorted(comparing(field, order === 'desc' ? -1 : 1)) };
    }
    case 'limit':
      return { ...table, rows: table.rows.slice(0, Number(rest)) };
    default:
      throw new Error(`log query: the command ${command} is not known`);
  }
}

type Join = (rows: readonly Row[]) => unknown;

interface Aggregate {
  readonly column: string;
  readonly join: Join;
}

/** `<function>(<value>) as <name>, … by <field>, …`; values may be multiplied and divided. */
function summarize(text: string, rows: readonly Row[]): Table {
  const [what = '', by = ''] = text.split(/\sby\s/);
  const aggregates = splitList(what).map(toAggregate);
  const fields = splitList(by);
  const groups = Map.groupBy(rows, (row) => JSON.stringify(fields.map((field) => row[field])));
  const summaries = [...groups.values()].map((group) => ({
    ...Object.fromEntries(fields.map((field) => [field, group[0]?.[field]])),
    ...Object.fromEntries(aggregates.map(({ column, join }) => [column, join(group)])),
  }));
  return { columns: [...fields, ...aggregates.map(({ column }) => column)], rows: summaries };
}

function toAggregate(text: string): Aggregate {
  const [, whole = text, column = text] = /^(.*?)(?:\s+as\s+(\w+))?$/s.exec(text) ?? [];
  const [first = '', ...others] = whole.split(/\s([*/])\s/);
  const firstFactor = toFactor(first);
  const factors = Array.from({ length: others.length / 2 }, (_, index) => ({
    isDivisor: others[2 * index] === '/',
    join: toFactor(others[2 * index + 1] ?? ''),
  }));
  if (factors.length === 0) return { column, join: firstFactor };
  const join: Join = (rows) =>
    factors.reduce(
      (product, { isDivisor, join: factor }) => {
        const value = Number(factor(rows));
        return isDivisor ? product / value : product * value;
      },
      Number(firstFactor(rows)),
    );
  return { column, join };
}

/** A number, or a function of all rows of a group. */
function toFactor(text: string): Join {
  if (/^\d+$/.test(text)) return () => Number(text);
  const [, name = '', argument = ''] = /^(\w+)\((.*)\)$/s.exec(text) ?? [];
  const value: Evaluate = ['', '*'].includes(argument) ? () => true : parseLogExpression(argument);
  const valuesOf = (rows: readonly Row[]): unknown[] =>
    rows.map(value).filter((found) => found !== undefined);
  const numbersOf = (rows: readonly Row[]): number[] => valuesOf(rows).map(Number);
  const joins: Readonly<Record<string, Join>> = {
    count: (rows) => valuesOf(rows).length,
    sum: (rows) => numbersOf(rows).reduce((total, number) => total + number, 0),
    max: (rows) => valuesOf(rows).reduce<unknown>(greater, undefined),
  };
  const join = joins[name];
  if (!join) throw new Error(`log query: the function in ${text} is not known`);
  return join;
}

function greater(one: unknown, other: unknown): unknown {
  if (one === undefined) return other;
  return String(other) > String(one) ? other : one;
}

/** Splits at commas outside of parentheses. */
function splitList(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function comparing(field: string, order: 1 | -1): (one: Row, other: Row) => number {
  return (one, other) => {
    const [left, right] = [one[field], other[field]];
    const difference =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right));
    return order * difference;
  };
}
