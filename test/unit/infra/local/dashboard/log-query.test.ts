import { describe, expect, it } from 'vitest';
import { runLogQuery } from '../../../../../infra/local/dashboard/log-query.ts';

const LINES = [
  { level: 'INFO', route: 'POST /start', status: 202, request_id: 'a', country: 'DE' },
  { level: 'INFO', route: 'POST /start', status: 202, request_id: 'b', country: 'FR' },
  { level: 'INFO', route: 'POST /check-code', status: 200, request_id: 'a', cold_start: true },
  { level: 'ERROR', route: 'POST /start', status: 503, outcome: 'dependency_unavailable' },
];

function rows(query: string): readonly unknown[] {
  return runLogQuery(`SOURCE 'logs' | ${query}`, LINES).rows;
}

describe('runLogQuery', () => {
  it('filters, counts, sorts', () => {
    expect(rows('filter status < 300 | stats count(*) as n by route | sort n desc')).toEqual([
      { route: 'POST /start', n: 2 },
      { route: 'POST /check-code', n: 1 },
    ]);
  });

  it('counts what is there only', () => {
    expect(rows('stats count(cold_start) as cold, count(*) as all')).toEqual([{ cold: 1, all: 4 }]);
  });

  it('sums conditions, group by group, twice', () => {
    expect(
      rows(
        'filter ispresent(request_id) | stats max(country) as land, ' +
          'sum(route = "POST /check-code" and status = 200) as checked by request_id ' +
          '| stats count(*) as started, sum(checked > 0) as verified by land | sort land asc',
      ),
    ).toEqual([
      { land: 'DE', started: 1, verified: 1 },
      { land: 'FR', started: 1, verified: 0 },
    ]);
  });

  it('multiplies and divides what it has counted', () => {
    expect(
      rows('stats 100 * sum(status = 503) / count(*) as percent by level | sort level asc'),
    ).toEqual([
      { level: 'ERROR', percent: 100 },
      { level: 'INFO', percent: 0 },
    ]);
  });

  it('knows or, parentheses and limit', () => {
    expect(rows('filter (status = 200 or status = 503) and level != "INFO" | limit 1')).toEqual([
      LINES[3],
    ]);
  });

  it('names its columns in the order of the query', () => {
    expect(runLogQuery('stats count(*) as n by route, status', LINES).columns).toEqual([
      'route',
      'status',
      'n',
    ]);
  });

  it.each(['parse a', 'stats avg(status) by route', 'filter status ~ 3', 'filter (status'])(
    'refuses %s',
    (query) => {
      expect(() => rows(query)).toThrow();
    },
  );
});
