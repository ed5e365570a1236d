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
  it.each([
    [
      'filters, counts and sorts',
      'filter status < 300 | stats count(*) as n by route | sort n desc',
      'route,n; POST /start,2; POST /check-code,1',
    ],
    [
      'counts only the lines that have a field',
      'stats count(cold_start) as cold, count(*) as all',
      'cold,all; 1,4',
    ],
    [
      'sums conditions by group, and sums the groups again',
      BY_COUNTRY,
      'land,started,verified; DE,1,1; FR,1,0',
    ],
    [
      'multiplies and divides counts',
      'stats 100 * sum(status = 503) / count(*) as percent by level | sort level asc',
      'level,percent; ERROR,100; INFO,0',
    ],
    [
      'understands or, parentheses, fields and limit',
      'filter (status = 200 or status = 503) and level != "INFO" | fields status, outcome | limit 1',
      'status,outcome; 503,dependency_unavailable',
    ],
  ])('%s', (_what, query, table) => {
    const { columns, rows } = runLogQuery(`SOURCE 'logs' | ${query}`, LINES);
    const cells = [columns, ...rows.map((row) => columns.map((name) => row[name]))];
    expect(cells.join('; ')).toBe(table);
  });

  it.each(['parse a', 'stats avg(status) by route', 'filter status ~ 3', 'filter (status'])(
    'refuses %s',
    (query) => {
      expect(() => runLogQuery(query, LINES)).toThrow();
    },
  );
});
