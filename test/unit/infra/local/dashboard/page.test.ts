import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../../../infra/local/dashboard/alarm.ts';
import { isRinging } from '../../../../../infra/local/dashboard/alarm.ts';
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
const GRAPH = {
  type: 'graph',
  queries: [QUERY],
  stacked: false,
  max: undefined,
  unit: undefined,
} as const;
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

function widget(shows: Widget['shows']): Widget {
  return { x: 0, y: 0, width: 8, height: 6, title: 'Title & more', shows };
}

describe('toSamples', () => {
  it('reads what toEmfLine writes, several values included', () => {
    const line = toEmfLine('N', { kind: 'x' }, { M: [1, 2], O: [3] }, 5);
    expect(toSamples(parseLine(line))).toEqual([
      { metric: { namespace: 'N', name: 'M', dimensions: { kind: 'x' } }, atMs: 5, value: 1 },
      { metric: { namespace: 'N', name: 'M', dimensions: { kind: 'x' } }, atMs: 5, value: 2 },
      { metric: { namespace: 'N', name: 'O', dimensions: { kind: 'x' } }, atMs: 5, value: 3 },
    ]);
  });

  it.each(['', 'text', '{"level":"INFO"}', '{"_aws":1}', '{"_aws":{"Time'])(
    'takes nothing from %s',
    (line) => {
      expect(toSamples(parseLine(line))).toEqual([]);
    },
  );
});

describe('isRinging', () => {
  it.each([
    ['never measured', [], false],
    ['beyond the threshold in one period only', [1500, 1600], false],
    ['beyond it in every period', [500, 600, 1500, 1600], true],
    ['below it in every period', [500, 1500], false],
    ['beyond it, but long ago', [-1500, -1600, -500, -600], false],
  ])('evaluates what was %s', (_what, times, expected) => {
    expect(isRinging(ALARM, createMetricStore(at(...times)), 2000)).toBe(expected);
  });

  it('turns around for an alarm that watches for too little', () => {
    const store = createMetricStore(at(500, 1500));
    expect(isRinging({ ...ALARM, below: true }, store, 2000)).toBe(true);
  });
});

describe('renderPage', () => {
  const samples = at(0, 5000, 9000);
  const lines = [{ route: '<script>alert(1)</script>' }];
  const draw = (shows: Widget['shows']) =>
    renderPage(
      { dashboards: [{ name: 'board', widgets: [widget(shows)] }], alarms: [ALARM] },
      { samples, lines },
    );

  it('draws graphs with a dot for each value', () => {
    const page = draw({ ...GRAPH, unit: 'ms' });
    expect(page.match(/<circle/g)).toHaveLength(3);
    expect(page).toContain('Title &amp; more<small>ms</small>');
    expect(page).toContain('kind &lt;b&gt;');
  });

  it('stacks bars', () => {
    const page = draw({ ...GRAPH, stacked: true });
    expect(page.match(/<rect/g)).toHaveLength(3);
  });

  it('shows one number for the whole time', () => {
    expect(draw({ type: 'number', queries: [QUERY] })).toContain('<b>6</b>');
  });

  it('says where nothing was measured', () => {
    const metric = { ...METRIC, name: 'Other' };
    const queries = [
      { ...QUERY, source: { ...QUERY.source, type: 'metric' as const, metric, statistic: 'Sum' } },
    ];
    expect(draw({ ...GRAPH, queries })).toContain('no data');
    expect(draw({ type: 'number', queries })).toContain('<b>–</b>');
  });

  it('lists what a log query finds, and lets no line become markup', () => {
    const page = draw({ type: 'log', query: 'stats count(*) as n by route' });
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script');
  });

  it('begins with the alarms that ring', () => {
    const silent = { ...ALARM, name: 'silent', threshold: 99 };
    const ringing = at(500, 600, 1500, 1600);
    const page = renderPage(
      { dashboards: [], alarms: [silent, ALARM] },
      { samples: ringing, lines: [] },
    );
    expect(page).toContain('1 of 2');
    expect(page.indexOf('too-many')).toBeLessThan(page.indexOf('silent'));
  });

  it('asks nobody for anything', () => {
    const page = draw({ type: 'text', markdown: '# Title\nSome **words**.' });
    expect(page).not.toMatch(/https?:|src=|href=|url\(/);
  });

  it('is a page even when nothing was ever measured', () => {
    const page = renderPage({ dashboards: [], alarms: [ALARM] }, { samples: [], lines: [] });
    expect(page).toContain('too-many');
  });
});

describe('markdownToHtml', () => {
  it('knows headings, bold and code, and nothing that could be markup', () => {
    expect(markdownToHtml('# A <i>\nText with **bold** and `code`.')).toBe(
      '<h3>A &lt;i&gt;</h3><p>Text with <strong>bold</strong> and <code>code</code>.</p>',
    );
  });
});
