import { describe, expect, it } from 'vitest';
import { runLogQuery } from '../../../../../infra/local/dashboard/log-query.ts';

const LINES = [
  { level: 'INFO', route: 'POST /start', status: 202, request_id: 'a', country: 'DE' },
  { level: 'INFO', route: 'POST /start', status: 202, request_id: 'b', country: 'FR' },
  { level: 'INFO', route: 'POST /check-code', status: 200, request_id: 'a', cold_start: true },
  { level: 'ERROR', route: 'POST /start', status: 503, outcome: 'dependency_unavailable' },
];
const BY_COUNTRY =
  'filter ispresent(request_id) | stats max(country) as land, ' +
  'sum(route = "POST /check-code" and status = 200) as checked by request_id ' +
  '| stats count(*) as started, sum(checked > 0) as verified by land | sort land asc';

describe('runLogQuery', () => {
  it.each<[string, string, readonly object[]]>([
    [
      'filters, counts and sorts',
      'filter status < 300 | stats count(*) as n by route | sort n desc',
      [
        { route: 'POST /start', n: 2 },
        { route: 'POST /check-code', n: 1 },
      ],
    ],
    [
      'counts only the lines that have a field',
      'stats count(cold_start) as cold, count(*) as all',
      [{ cold: 1, all: 4 }],
    ],
    [
      'sums conditions by group, and sums the groups again',
      BY_COUNTRY,
      [
        { land: 'DE', started: 1, verified: 1 },
        { land: 'FR', started: 1, verified: 0 },
      ],
    ],
    [
      'multiplies and divides counts',
      'stats 100 * sum(status = 503) / count(*) as percent by level | sort level asc',
      [
        { level: 'ERROR', percent: 100 },
        { level: 'INFO', percent: 0 },
      ],
    ],
    [
      'understands or, parentheses and limit',
      'filter (status = 200 or status = 503) and level != "INFO" | limit 1',
      LINES.slice(3),
    ],
  ])('%s', (_what, query, rows) => {
    expect(runLogQuery(`SOURCE 'logs' | ${query}`, LINES).rows).toEqual(rows);
  });

  it('names its columns in the order of the query', () => {
    const { columns } = runLogQuery('stats count(*) as n by route, status', LINES);
    expect(columns).toEqual(['route', 'status', 'n']);
  });

  it.each(['parse a', 'stats avg(status) by route', 'filter status ~ 3', 'filter (status'])(
    'refuses %s',
    (query) => {
      expect(() => runLogQuery(query, LINES)).toThrow();
    },
  );
});
