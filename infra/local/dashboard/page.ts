/** All dashboards and alarms as one self-contained HTML page. */
import { type Alarm, isRinging } from './alarm.ts';
import type { Collected } from './collected.ts';
import { escapeHtml } from './html.ts';
import { createMetricStore, type Grid, type MetricStore } from './metric-store.ts';
import type { Monitoring } from './monitoring.ts';
import { STYLE } from './page-style.ts';
import { toTime } from './text.ts';
import { widgetToHtml } from './widget-html.ts';
import type { Dashboard } from './widgets.ts';

const MOST_PERIODS = 48;
const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 300, 900, 3600, 21_600, 86_400];

export function renderPage({ dashboards, alarms }: Monitoring, collected: Collected): string {
  const store = createMetricStore(collected.samples);
  const grid = gridOf(store);
  const step = grid.periodMs / 1000;
  const draw = ({ name, widgets }: Dashboard): string => {
    const drawn = widgets.map((widget) => widgetToHtml(widget, { collected, store, grid }));
    return `<h2>${escapeHtml(name)}</h2><div class="grid">${drawn.join('')}</div>`;
  };
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Dashboards</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><main>
<h1>Dashboards, drawn from local data</h1>
<p>${toTime(grid.startMs)}–${toTime(grid.startMs + grid.periods * grid.periodMs)} UTC, a point for
each ${step} s. CloudWatch draws the same widgets with a point for each 5 minutes.</p>
${alarmsToHtml(alarms, store, grid)}
${dashboards.map(draw).join('\n')}
</main></body></html>
`;
}

/** The measured time range, in steps of a round length. */
function gridOf({ range }: MetricStore): Grid {
  const { startMs, endMs } = range ?? { startMs: 0, endMs: 0 };
  const seconds = (endMs - startMs) / 1000;
  const step = STEPS_SECONDS.find((candidate) => candidate * MOST_PERIODS >= seconds) ?? 86_400;
  const periodMs = step * 1000;
  const beginMs = Math.floor(startMs / periodMs) * periodMs;
  return { startMs: beginMs, periodMs, periods: Math.floor((endMs - beginMs) / periodMs) + 1 };
}

function alarmsToHtml(alarms: readonly Alarm[], store: MetricStore, grid: Grid): string {
  const endMs = grid.startMs + grid.periods * grid.periodMs;
  const judged = alarms.map((alarm) => ({ alarm, rings: isRinging(alarm, store, endMs) }));
  const ringing = judged.filter(({ rings }) => rings);
  const rows = [...ringing, ...judged.filter(({ rings }) => !rings)].map(({ alarm, rings }) => {
    const state = rings ? 'ALARM' : 'OK';
    const cells = [alarm.name, alarm.description].map((text) => `<td>${escapeHtml(text)}</td>`);
    return `<tr class="${state}"><td>${state}</td>${cells.join('')}</tr>`;
  });
  const title = `Alarms at the end of that time: ${ringing.length} of ${alarms.length} ring`;
  return `<h2>${title}</h2><table class="alarms">${rows.join('')}</table>`;
}
