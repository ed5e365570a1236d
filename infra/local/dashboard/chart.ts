/** A graph as inline SVG: lines with a dot for each period, or stacked bars. */
import type { Line } from './evaluate.ts';
import { escapeHtml } from './html.ts';
import type { Grid } from './metric-store.ts';
import { toAmount, toTime } from './text.ts';

const HEIGHT = 200;
const LEFT = 52;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;

export interface ChartOptions {
  readonly stacked: boolean;
  /** End of the scale. @default the largest value */
  readonly max: number | undefined;
  /** Width of the drawing, in pixels. */
  readonly width: number;
  /** Text for screen readers. */
  readonly label: string;
}

interface Scale {
  readonly x: (period: number) => number;
  readonly y: (value: number) => number;
  readonly top: number;
  readonly barWidth: number;
}

/** CSS class for the colour of the line with this index. */
export function colorOf(index: number): string {
  return `c${index % 10}`;
}

export function drawChart(lines: readonly Line[], grid: Grid, options: ChartOptions): string {
  const scale = toScale(lines, grid, options);
  const marks = options.stacked ? drawBars(lines, grid, scale) : drawLines(lines, grid, scale);
  return (
    `<svg viewBox="0 0 ${options.width} ${HEIGHT}" role="img" aria-label="${escapeHtml(options.label)}">` +
    drawAxes(grid, scale, options.width) +
    `${marks}</svg>`
  );
}

function toScale(lines: readonly Line[], { periods }: Grid, options: ChartOptions): Scale {
  const totals = Array.from({ length: periods }, (_, period) => {
    const values = lines.map((line) => line.values[period] ?? 0);
    return options.stacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  const top = options.max ?? toRound(Math.max(1, ...totals));
  const slot = (options.width - LEFT - RIGHT) / periods;
  return {
    x: (period) => LEFT + (period + 0.5) * slot,
    y: (value) => TOP + (1 - Math.min(value, top) / top) * (HEIGHT - TOP - BOTTOM),
    top,
    barWidth: Math.max(1, slot * 0.7),
  };
}

/** The next value at or above of 1, 2, 2.5 or 5 times a power of ten. */
function toRound(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10);
}

function drawAxes(grid: Grid, { y, top }: Scale, width: number): string {
  const levels = [0, top / 2, top].map(
    (value) =>
      `<line class="rule" x1="${LEFT}" x2="${width - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${toAmount(value)}</text>`,
  );
  const endMs = grid.startMs + grid.periods * grid.periodMs;
  const bottom = HEIGHT - 6;
  return (
    levels.join('') +
    `<text x="${LEFT}" y="${bottom}">${toTime(grid.startMs)}</text>` +
    `<text x="${width - RIGHT}" y="${bottom}" text-anchor="end">${toTime(endMs)}</text>`
  );
}

function drawLines(lines: readonly Line[], grid: Grid, { x, y }: Scale): string {
  return lines
    .map(({ label, values }, index) => {
      const points = values.flatMap((value, period) =>
        value === undefined ? [] : [{ period, value }],
      );
      const path = points.map(({ period, value }) => `${x(period)},${y(value)}`).join(' ');
      const dots = points.map(
        ({ period, value }) =>
          `<circle cx="${x(period)}" cy="${y(value)}" r="2.5">${tip(label, value, period, grid)}</circle>`,
      );
      return `<g class="${colorOf(index)}"><polyline points="${path}"/>${dots.join('')}</g>`;
    })
    .join('');
}

function drawBars(lines: readonly Line[], grid: Grid, { x, y, barWidth }: Scale): string {
  const reached = Array<number>(grid.periods).fill(0);
  return lines
    .map(({ label, values }, index) => {
      const bars = values.map((value, period) => {
        if (!value) return '';
        const bottom = reached[period] ?? 0;
        reached[period] = bottom + value;
        const [high, low] = [y(bottom + value), y(bottom)];
        return (
          `<rect x="${x(period) - barWidth / 2}" y="${high}" width="${barWidth}" ` +
          `height="${low - high}">${tip(label, value, period, grid)}</rect>`
        );
      });
      return `<g class="${colorOf(index)}">${bars.join('')}</g>`;
    })
    .join('');
}

function tip(label: string, value: number, period: number, { startMs, periodMs }: Grid): string {
  const at = toTime(startMs + period * periodMs);
  return `<title>${escapeHtml(label)}: ${toAmount(value)} (${at})</title>`;
}
