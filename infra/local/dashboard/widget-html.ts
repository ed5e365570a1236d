/** One widget as HTML: text, a table of log lines, numbers, or a graph with its legend. */
import { colorOf, drawChart } from './chart.ts';
import type { Collected } from './collected.ts';
import { evaluate, type Line } from './evaluate.ts';
import { escapeHtml, markdownToHtml } from './html.ts';
import { runLogQuery } from './log-query.ts';
import type { Grid, MetricStore } from './metric-store.ts';
import { toAmount } from './text.ts';
import type { Widget } from './widgets.ts';

export interface WidgetData {
  readonly collected: Collected;
  readonly store: MetricStore;
  readonly grid: Grid;
}

const COLUMN_PIXELS = 52;
const EMPTY = '<p class="empty">no data</p>';

export function widgetToHtml(widget: Widget, data: WidgetData): string {
  const { x, y, width, height, title } = widget;
  const place = `grid-area:${y + 1}/${x + 1}/span ${height}/span ${width}`;
  const unit = 'unit' in widget.shows ? widget.shows.unit : undefined;
  const small = unit === undefined ? '' : `<small>${escapeHtml(unit)}</small>`;
  const heading = title === '' ? '' : `<h4>${escapeHtml(title)}${small}</h4>`;
  return `<div class="widget" role="group" style="${place}" tabindex="0" aria-label="${escapeHtml(title || 'Text')}">${heading}${contentOf(widget, data)}</div>`;
}

function contentOf(
  { shows, width, title }: Widget,
  { collected, store, grid }: WidgetData,
): string {
  switch (shows.type) {
    case 'text':
      return markdownToHtml(shows.markdown);
    case 'log':
      return tableToHtml(runLogQuery(shows.query, collected.lines));
    case 'number': {
      const whole = { ...grid, periodMs: grid.periodMs * grid.periods, periods: 1 };
      return numbersToHtml(evaluate(shows.queries, store, whole));
    }
    case 'graph': {
      const lines = evaluate(shows.queries, store, grid).filter(hasValues);
      if (lines.length === 0) return EMPTY;
      const label = `Graph of ${title}: ${lines.map((line) => line.label).join(', ')}`;
      const options = { ...shows, width: width * COLUMN_PIXELS, label };
      return drawChart(lines, grid, options) + legendOf(lines);
    }
  }
}

function hasValues({ values }: Line): boolean {
  return values.some((value) => value !== undefined);
}

function legendOf(lines: readonly Line[]): string {
  const entries = lines.map(
    ({ label }, index) => `<li class="${colorOf(index)}"><i></i>${escapeHtml(label)}</li>`,
  );
  return `<ul>${entries.join('')}</ul>`;
}

function numbersToHtml(lines: readonly Line[]): string {
  const numbers = lines.map(({ label, values: [value] }) => {
    const amount = value === undefined ? '–' : toAmount(value);
    return `<div><b>${amount}</b>${escapeHtml(label)}</div>`;
  });
  return `<div class="numbers">${numbers.join('')}</div>`;
}

function tableToHtml({ columns, rows }: ReturnType<typeof runLogQuery>): string {
  if (rows.length === 0) return EMPTY;
  const cell = (tag: string, value: unknown): string =>
    `<${tag}>${escapeHtml(typeof value === 'number' ? toAmount(value) : String(value ?? ''))}</${tag}>`;
  const head = columns.map((column) => cell('th', column)).join('');
  const body = rows.map(
    (row) => `<tr>${columns.map((name) => cell('td', row[name])).join('')}</tr>`,
  );
  return `<table><tr>${head}</tr>${body.join('')}</table>`;
}
