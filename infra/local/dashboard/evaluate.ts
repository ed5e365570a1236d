/** Computes the lines of a widget or an alarm from collected metrics. */
import { type Expression, type Operator, parseExpression } from './expression.ts';
import { type MetricId, type MetricQuery, toLabel } from './metric-query.ts';
import type { Grid, MetricStore } from './metric-store.ts';

export interface Line {
  readonly label: string;
  /** One for each period; undefined when nothing was measured. */
  readonly values: readonly (number | undefined)[];
}

/** A number is the same value in each period. */
type Value = number | readonly Line[];

/** The lines of the visible queries; a search gives one line for each metric that it finds. */
export function evaluate(
  queries: readonly MetricQuery[],
  store: MetricStore,
  grid: Grid,
): readonly Line[] {
  const find = (name: string): Value => {
    const query = queries.find(({ id }) => id === name);
    if (!query) throw new Error(`metric math: there is no ${name}`);
    return follow(query);
  };
  const follow = (query: MetricQuery): Value => {
    const { source } = query;
    if (source.type === 'expression') return compute(parseExpression(source.expression));
    const values = store.values(source.metric, source.statistic, grid);
    return [{ label: toLabel(query), values }];
  };
  const compute = (expression: Expression): Value => {
    switch (expression.type) {
      case 'number':
        return expression.value;
      case 'name':
        return find(expression.name);
      case 'operation':
        return combine([compute(expression.left), compute(expression.right)], (left, right) =>
          operate(expression.operator, left, right),
        );
      case 'call':
        return call(expression.name, expression.args);
      case 'text':
        throw new Error('metric math: a text cannot be computed');
    }
  };
  const call = (name: string, args: readonly Expression[]): Value => {
    if (name === 'SEARCH') return search(args, store, grid);
    const values = args.map(compute);
    if (name === 'IF') {
      return combine(values, (condition, yes, no) =>
        condition === undefined ? undefined : condition !== 0 ? yes : no,
      );
    }
    if (name === 'FILL') return combine(values, (value, filling) => value ?? filling);
    throw new Error(`metric math: the function ${name} is not known`);
  };
  const combine = (
    values: readonly Value[],
    join: (...numbers: (number | undefined)[]) => number | undefined,
  ): Value => [
    {
      label: '',
      values: Array.from({ length: grid.periods }, (_, period) =>
        join(...values.map((value) => at(value, period))),
      ),
    },
  ];

  return queries
    .filter(({ visible }) => visible)
    .flatMap((query) => {
      const value = follow(query);
      const lines =
        typeof value === 'number'
          ? [{ label: '', values: Array<number>(grid.periods).fill(value) }]
          : value;
      return lines.map((line) => ({ ...line, label: query.label || line.label || toLabel(query) }));
    });
}

function at(value: Value, period: number): number | undefined {
  return typeof value === 'number' ? value : value[0]?.values[period];
}

function operate(
  operator: Operator,
  left: number | undefined,
  right: number | undefined,
): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  const result = {
    '+': left + right,
    '-': left - right,
    '*': left * right,
    '/': left / right,
    '<': Number(left < right),
    '>': Number(left > right),
    '<=': Number(left <= right),
    '>=': Number(left >= right),
    '==': Number(left === right),
    '!=': Number(left !== right),
    AND: Number(left !== 0 && right !== 0),
    OR: Number(left !== 0 || right !== 0),
  }[operator];
  return Number.isFinite(result) ? result : undefined;
}

const SCHEMA = /^\{([^,}]+)((?:,\w+)+)\}(.*)$/;

/** `SEARCH('{Namespace,dimension,…} term="value" …', 'statistic', period)`. */
function search(args: readonly Expression[], store: MetricStore, grid: Grid): readonly Line[] {
  const [what, statistic] = args.map((arg) => (arg.type === 'text' ? arg.value : ''));
  const [, namespace = '', names = '', terms = ''] = SCHEMA.exec(what ?? '') ?? [];
  const dimensions = names.split(',').filter((name) => name !== '');
  const wanted = [...terms.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  if (namespace === '' || wanted.length === 0) throw new Error(`cannot search for ${what}`);
  const isWanted = (metric: MetricId): boolean =>
    metric.namespace === namespace &&
    Object.keys(metric.dimensions).sort().join() === dimensions.toSorted().join() &&
    wanted.every(([name = '', value]) =>
      name === 'MetricName' ? metric.name === value : metric.dimensions[name] === value,
    );
  const fixed = new Set(wanted.map(([name]) => name));
  return store
    .metrics()
    .filter(isWanted)
    .map((metric) => ({
      label: dimensions
        .filter((name) => !fixed.has(name))
        .map((name) => metric.dimensions[name])
        .join(' '),
      values: store.values(metric, statistic ?? 'Sum', grid),
    }));
}
