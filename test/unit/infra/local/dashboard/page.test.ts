import { describe, expect, it } from 'vitest';
import { type Alarm, isRinging } from '../../../../../infra/local/dashboard/alarm.ts';
import { parseLine } from '../../../../../infra/local/dashboard/collected.ts';
import { toEmfLine, toSamples } from '../../../../../infra/local/dashboard/emf.ts';
import { markdownToHtml } from '../../../../../infra/local/dashboard/html.ts';
import type { MetricQuery } from '../../../../../infra/local/dashboard/metric-query.ts';
import { createMetricStore } from '../../../../../infra/local/dashboard/metric-store.ts';
import { renderPage } from '../../../../../infra/local/dashboard/page.ts';
import type { Widget } from '../../../../../infra/local/dashboard/widgets.ts';

const METRIC = { namespace: 'N', name: 'M', dimensions: { kind: '<b>' } };
const QUERY: MetricQuery = {
  id: 'm',
  label: 'kind <b>',
  visible: true,
  source: { type: 'metric', metric: METRIC, statistic: 'Sum' },
};
const NO_OPTIONS = { stacked: false, max: undefined, unit: undefined };
const GRAPH = { type: 'graph', queries: [QUERY], ...NO_OPTIONS } as const;
const ALARM: Alarm = {
  name: 'too-many',
  description: 'Too many.',
  threshold: 3,
  below: false,
  periods: 2,
  periodMs: 1000,
  queries: [QUERY],
};

function at(...times: readonly number[]) {
  return times.map((atMs) => ({ metric: METRIC, atMs, value: 2 }));
}

describe('toSamples', () => {
  it('reads what toEmfLine writes, several values included', () => {
    const line = toEmfLine('N', { kind: 'x' }, { M: [1, 2], O: [3] }, 5);
    const of = (name: string) => ({ namespace: 'N', name, dimensions: { kind: 'x' } });
    expect(toSamples(parseLine(line))).toEqual([
      { metric: of('M'), atMs: 5, value: 1 },
      { metric: of('M'), atMs: 5, value: 2 },
      { metric: of('O'), atMs: 5, value: 3 },
    ]);
  });

  it.each(['', 'text', '{"level":"INFO"}', '{"_aws":1}', '{"_aws":{"Time'])(
    'finds nothing in the line %s',
    (line) => {
      expect(toSamples(parseLine(line))).toEqual([]);
    },
  );
});

describe('isRinging', () => {
  it.each<[what: string, alarm: Partial<Alarm>, times: readonly number[], expected: boolean]>([
    ['never measured', {}, [], false],
    ['above the threshold in one period only', {}, [1500, 1600], false],
    ['above it in every period', {}, [500, 600, 1500, 1600], true],
    ['below it in every period', {}, [500, 1500], false],
    ['above it, but earlier', {}, [-1500, -1600, -500, -600], false],
    ['below a lower threshold', { below: true }, [500, 1500], true],
  ])(
    'is true only at values beyond the threshold in every period: %s',
    (_what, alarm, times, expected) => {
      const store = createMetricStore(at(...times));
      expect(isRinging({ ...ALARM, ...alarm }, store, 2000)).toBe(expected);
    },
  );
});

describe('renderPage', () => {
  const samples = at(0, 5000, 9000);
  const lines = [{ route: '<script>alert(1)</script>' }];
  const draw = (shows: Widget['shows']) => {
    const widget = { x: 0, y: 0, width: 8, height: 6, title: 'Title & more', shows };
    const dashboards = [{ name: 'board', widgets: [widget] }];
    return renderPage({ dashboards, alarms: [ALARM] }, { samples, lines });
  };

  const source = {
    type: 'metric',
    metric: { ...METRIC, name: 'Other' },
    statistic: 'Sum',
  } as const;
  const unmeasured = [{ ...QUERY, source }];
  it.each<[what: string, shows: Widget['shows'], expected: RegExp]>([
    ['draws a dot for each value', GRAPH, /(<circle.*){3}/s],
    ['escapes titles', { ...GRAPH, unit: 'ms' }, /Title &amp; more<small>ms<\/small>/],
    ['escapes labels', GRAPH, /kind &lt;b&gt;/],
    ['stacks bars', { ...GRAPH, stacked: true }, /(<rect.*){3}/s],
    ['shows one number for the whole time', { type: 'number', queries: [QUERY] }, /<b>6<\/b>/],
    ['says that a graph has no data', { ...GRAPH, queries: unmeasured }, /no data/],
    ['says that a number has no data', { type: 'number', queries: unmeasured }, /<b>–<\/b>/],
    ['lists log lines', { type: 'log', query: 'stats count(*) as n by route' }, /&lt;script&gt;/],
    ['shows text', { type: 'text', markdown: 'Some **words**.' }, /<strong>words<\/strong>/],
  ])('%s, and loads nothing from anywhere', (_what, shows, expected) => {
    const page = draw(shows);
    expect(page).toMatch(expected);
    expect(page).not.toMatch(/<script|https?:|src=|href=|url\(/);
  });

  it('begins with the alarms that ring', () => {
    const silent = { ...ALARM, name: 'silent', threshold: 99 };
    const collected = { samples: at(500, 600, 1500, 1600), lines: [] };
    const page = renderPage({ dashboards: [], alarms: [silent, ALARM] }, collected);
    expect(page).toContain('1 of 2');
    expect(page.indexOf('too-many')).toBeLessThan(page.indexOf('silent'));
  });

  it('is a page before anything was measured', () => {
    const page = renderPage({ dashboards: [], alarms: [ALARM] }, { samples: [], lines: [] });
    expect(page).toContain('too-many');
  });
});

describe('markdownToHtml', () => {
  it('renders headings, bold and code, and escapes everything else', () => {
    expect(markdownToHtml('# A <i>\nText with **bold** and `code`.')).toBe(
      '<h3>A &lt;i&gt;</h3><p>Text with <strong>bold</strong> and <code>code</code>.</p>',
    );
  });
});
