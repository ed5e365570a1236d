import { describe, expect, it } from 'vitest';
import { evaluate, type Line } from '../../../../../infra/local/dashboard/evaluate.ts';
import type { MetricQuery } from '../../../../../infra/local/dashboard/metric-query.ts';
import { createMetricStore } from '../../../../../infra/local/dashboard/metric-store.ts';

const grid = { startMs: 0, periodMs: 1000, periods: 3 };

function sample(name: string, atMs: number, value: number, dimensions = {}) {
  const metric = { namespace: 'N', name, dimensions: { service: 's', ...dimensions } };
  return { metric, atMs, value };
}

function metric(id: string, name: string, statistic = 'Sum', dimensions = {}): MetricQuery {
  const found = { namespace: 'N', name, dimensions: { ...dimensions, service: 's' } };
  const source = { type: 'metric', metric: found, statistic } as const;
  return { id, label: undefined, visible: false, source };
}

function compute(
  expression: string,
  queries: readonly MetricQuery[],
  samples = SAMPLES,
): readonly Line[] {
  const source = { type: 'expression', expression } as const;
  const asked = { id: undefined, label: undefined, visible: true, source };
  return evaluate([asked, ...queries], createMetricStore(samples), grid);
}

const SAMPLES = [sample('A', 100, 1), sample('A', 200, 2), sample('A', 2100, 5), sample('B', 0, 3)];
const QUERIES = [metric('a', 'A'), metric('b', 'B')];

describe('evaluate', () => {
  it.each([
    ['a', [3, undefined, 5]],
    ['a + 1', [4, undefined, 6]],
    ['a + b', [6, undefined, undefined]],
    ['FILL(a, 0) + FILL(b, 0)', [6, 0, 5]],
    ['2 + 3 * 4', [14, 14, 14]],
    ['(2 + 3) * 4', [20, 20, 20]],
    ['100 * FILL(b, 0) / a', [100, undefined, 0]],
    ['1 / 0', [undefined, undefined, undefined]],
    ['IF(a >= 5, 1, 0)', [0, undefined, 1]],
    ['IF(a > 2 AND FILL(b, 0) == 0, 1, 0)', [0, undefined, 1]],
    ['IF(a < 4 OR a != 5, 1, 0)', [1, undefined, 0]],
  ])('computes %s', (expression, values) => {
    expect(compute(expression, QUERIES)).toMatchObject([{ values }]);
  });

  it.each([
    ['Sum', 10],
    ['SampleCount', 4],
    ['Average', 2.5],
    ['Minimum', 1],
    ['Maximum', 4],
    ['p50', 2],
    ['p90', 4],
  ])('computes the statistic %s', (statistic, value) => {
    const samples = [4, 1, 3, 2].map((amount) => sample('A', 0, amount));
    expect(compute('a', [metric('a', 'A', statistic)], samples)[0]?.values[0]).toBe(value);
  });

  it.each([
    [{}, 0],
    [{ channel: 'sms' }, 1],
    [{ channel: 'email' }, 0],
  ])('finds a metric by all of its dimensions: %j', (dimensions, value) => {
    const samples = [sample('A', 0, 1, { channel: 'sms' })];
    const [line] = compute('FILL(a, 0)', [metric('a', 'A', 'Sum', dimensions)], samples);
    expect(line?.values).toEqual([value, 0, 0]);
  });

  it('draws for a search a line for each value of the dimensions, of one service alone', () => {
    const samples = [
      sample('A', 0, 1, { channel: 'sms' }),
      sample('A', 0, 2, { channel: 'email' }),
      sample('A', 0, 4, { channel: 'email', other: 'x' }),
      sample('A', 0, 8, { channel: 'sms', service: 'other' }),
      sample('B', 0, 16, { channel: 'sms' }),
    ];
    const expression = `SEARCH('{N,service,channel} service="s" MetricName="A"', 'Sum', 300)`;
    const source = { type: 'expression', expression } as const;
    const search = { id: 'e', label: '', visible: true, source };
    expect(evaluate([search], createMetricStore(samples), grid)).toEqual([
      { label: 'sms', values: [1, undefined, undefined] },
      { label: 'email', values: [2, undefined, undefined] },
    ]);
  });

  it.each(['nothing', 'SUM(a)', 'a +', 'a b', "'text'", 'a ? 1'])('refuses %s', (expression) => {
    expect(() => compute(expression, QUERIES)).toThrow();
  });
});
