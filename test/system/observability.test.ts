/**
 * The contract between code and dashboards: what dashboards show and alarms watch is exactly what the
 * functions emit.
 */

import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Collected } from '../../infra/local/dashboard/collected.ts';
import { parseExpression } from '../../infra/local/dashboard/expression.ts';
import { runLogQuery } from '../../infra/local/dashboard/log-query.ts';
import type { MetricId, MetricQuery } from '../../infra/local/dashboard/metric-query.ts';
import type { Monitoring } from '../../infra/local/dashboard/monitoring.ts';
import { renderPage } from '../../infra/local/dashboard/page.ts';
import { METRICS_NAMESPACE } from '../../shared/config.ts';
import { age, BEYOND_ALL_DATES_MS } from '../fixtures/age.ts';
import { type App, call, phoneNumber, startApp } from '../fixtures/app.ts';
import { putSecret } from '../fixtures/aws-call.ts';
import { setFaults } from '../fixtures/local-services.ts';
import { sendWebhook, webhooks } from '../fixtures/scripted-vonage.ts';
import { verify } from '../fixtures/traffic.ts';
import { until } from '../fixtures/until.ts';
import { wakeUp } from '../fixtures/wake-up.ts';
import { startWatchedStack, type WatchedStack } from '../fixtures/watched-stack.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const MOST_SERIES = 40;

let healthy: WatchedStack;
let broken: WatchedStack;
let collected: Collected;
let monitoring: Monitoring;
let ordinarySeries: number;

beforeAll(async () => {
  [healthy, broken] = await Promise.all([
    startWatchedStack(),
    startWatchedStack({
      functionEnvironment: {
        WEBSOCKET_MANAGEMENT_URL: `${NOWHERE}/dev`,
        AWS_ENDPOINT_URL_EVENTBRIDGE: NOWHERE,
        AWS_ENDPOINT_URL_SQS: NOWHERE,
      },
    }),
  ]);
  ({ monitoring } = healthy);
  await ordinaryDay(healthy);
  ordinarySeries = seriesOf(healthy.own()).size;
  await badDay(healthy);
  await brokenParts(broken);
  const all = [await healthy.end(), await broken.end()];
  collected = {
    samples: all.flatMap(({ samples }) => samples),
    lines: all.flatMap(({ lines }) => lines),
  };
});

afterAll(async () => {
  await Promise.all([healthy?.close(), broken?.close()]);
});

/** What happens to honest people. */
async function ordinaryDay({ endpoints }: WatchedStack): Promise<void> {
  await setFaults(endpoints, { webhook: { on: { type: 'summary' }, set: { price: '0.05' } } });
  const { api } = endpoints;
  expect(await verify(endpoints)).toBe('completed');
  expect(await verify(endpoints, { ending: '1', types: 'a wrong code first' })).toBe('completed');
  expect(await verify(endpoints, { ending: '1', channels: ['silent_auth'] })).not.toBe('completed');
  const cancelled = await startApp(api, { phone_number: phoneNumber('2') });
  const socket = await cancelled.openSocket();
  await socket.subscribe();
  socket.close();
  await socket.closed;
  await cancelled.post('/cancel');
  const proven = await startApp(api, { phone_number: phoneNumber('4') });
  await proven.completeSilently();
  expect((await proven.post('/proof', {})).status).toBe(200);
}

/** Attacks, and a Vonage that fails. */
async function badDay({ endpoints, own }: WatchedStack): Promise<void> {
  const { api } = endpoints;
  const body = { phone_number: phoneNumber('2') };
  for (let times = 0; times < 2; times += 1) await call(api, 'POST', '/start', { body });
  await call(api, 'POST', '/start', { body: { phone_number: '+14155550100' } });
  await call(api, 'GET', '/openapi.json');
  await call(api, 'POST', '/webhook', { body: {} });
  await sendWebhook(endpoints, { type: 'event' }, { secret: 'x'.repeat(40) });
  await sendWebhook(endpoints, { type: 'something else' });
  const started = (): Promise<App> =>
    startApp(api, { phone_number: phoneNumber('6'), email: 'jo@example.org' });
  const forged = await started();
  await sendWebhook(endpoints, webhooks.event(forged.requestId, 'silent_auth', 'completed'));
  const other = await started();
  await other.post('/check-code', { request_id: forged.requestId, code: 'aB3dE6' });
  await setFaults(endpoints, { answer: { operation: 'next_workflow', kind: 'throttled' } });
  const stuck = await started();
  await stuck.post('/next-workflow', { from: 'silent_auth', error: 'sdk_error' });
  await setFaults(endpoints);
  const steps = [
    { channel: 'sms', status: 'blocked', reason: 'Fraudulent traffic on network [ 23410 ].' },
  ];
  const summary = { ...webhooks.summary(stuck.requestId, 'blocked', {}), workflow: steps };
  expect(await sendWebhook(endpoints, summary)).toBe(204);
  const undated = await started();
  await age(endpoints, undated.requestId, -BEYOND_ALL_DATES_MS);
  expect((await undated.post('/cancel')).status).toBe(500);
  const abandoned = await started();
  for (const [metric, seconds] of [
    ['MovedOnByClock', 61],
    ['LateCancel', 3600],
  ] as const) {
    await age(endpoints, abandoned.requestId, seconds * 1000);
    await wakeUp(endpoints, abandoned.requestId);
    await measured(own, metric);
  }
  const last = ['CompletedWithoutCheck', 'RequestIdMismatch', 'VonageError', 'InternalError'];
  for (const name of last) await measured(own, name);
}

function measured(own: WatchedStack['own'], name: string): Promise<unknown> {
  return until(() => own().find(({ metric }) => metric.name === name));
}

/** Missing secrets, and pushes and events that reach nobody. */
async function brokenParts({ endpoints, own }: WatchedStack): Promise<void> {
  // First, because a start warms `proof`, which then keeps the key that it has read.
  await putSecret(endpoints, 'proof_key', '{"private_key":""}');
  await call(endpoints.api, 'GET', '/.well-known/jwks.json');
  await measured(own, 'SecretNotSet');
  await verify(endpoints);
  await measured(own, 'PushFailed');
  await measured(own, 'EventFailed');
  await putSecret(endpoints, 'signature', 'no JSON');
  await sendWebhook(endpoints, { type: 'event' }, { secret: 'x'.repeat(40) });
  await measured(own, 'SecretStale');
}

/** `<metric> <names of its dimensions>` of our own namespace. */
function toShape({ name, dimensions }: Pick<MetricId, 'name' | 'dimensions'>): string {
  return `${name} ${Object.keys(dimensions).sort().join()}`;
}

function seriesOf(samples: Collected['samples']): ReadonlySet<string> {
  return new Set(
    samples
      .filter(({ metric }) => metric.namespace === METRICS_NAMESPACE)
      .map(({ metric }) => JSON.stringify(metric)),
  );
}

function shapesOf(queries: readonly MetricQuery[]): string[] {
  return queries.flatMap(({ source }) => {
    if (source.type === 'metric') {
      return source.metric.namespace === METRICS_NAMESPACE ? [toShape(source.metric)] : [];
    }
    const call = parseExpression(source.expression);
    const [what] = call.type === 'call' && call.name === 'SEARCH' ? call.args : [];
    if (what?.type !== 'text') return [];
    const [, names = '', name = ''] =
      /^\{SilentAuth,([\w,]+)\}.* MetricName="(\w+)"/.exec(what.value) ?? [];
    return [`${name} ${names.split(',').sort().join()}`];
  });
}

function shownQueries(): MetricQuery[] {
  return monitoring.dashboards
    .flatMap(({ widgets }) => widgets)
    .flatMap(({ shows }) => ('queries' in shows ? shows.queries : []));
}

function watchedQueries(): MetricQuery[] {
  return monitoring.alarms.flatMap(({ queries }) => queries);
}

/** Of our own namespace, as dashboards show and alarms watch them. */
function ownMetrics(): MetricId[] {
  return [...shownQueries(), ...watchedQueries()].flatMap(({ source }) =>
    source.type === 'metric' && source.metric.namespace === METRICS_NAMESPACE
      ? [source.metric]
      : [],
  );
}

describe('what is emitted and what is shown', () => {
  it('are the same metrics with the same dimensions', () => {
    const emitted = new Set(
      [...seriesOf(collected.samples)].map((metric) => toShape(JSON.parse(metric))),
    );
    const shown = new Set(shapesOf(shownQueries()));
    expect([...emitted].sort()).toEqual([...shown].sort());
    expect([...emitted]).toEqual(expect.arrayContaining(shapesOf(watchedQueries())));
  });

  it('name values that the code knows, or statuses of HTTP', () => {
    const code = globSync('shared/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const isKnown = (value: string): boolean =>
      /^[1-5]\d\d$/.test(value) || code.some((text) => text.includes(`'${value}'`));
    const values = ownMetrics().flatMap(({ dimensions }) => Object.entries(dimensions));
    const unknown = values.filter(([name, value]) => name !== 'service' && !isKnown(value));
    expect(unknown).toEqual([]);
  });

  it(`stay within ${MOST_SERIES} series on an ordinary day`, () => {
    expect(ordinarySeries).toBeGreaterThan(15);
    expect(ordinarySeries).toBeLessThanOrEqual(MOST_SERIES);
  });
});

describe('the page', () => {
  it('has data in every widget', () => {
    const page = renderPage(monitoring, collected);
    const empty = page.matchAll(/<h4>([^<]*)<\/h4><p class="empty">/g);
    expect([...empty].map(([, title]) => title)).toEqual([]);
    expect(page).not.toContain('<b>–</b>');
  });
});

describe('the widget of carriers', () => {
  it('counts the verifications that fell back, by the carrier that their apps name', () => {
    const [query = ''] = monitoring.dashboards
      .flatMap(({ widgets }) => widgets)
      .filter(({ title }) => title.startsWith('Fallbacks by carrier'))
      .flatMap(({ shows }) => ('query' in shows ? [shows.query] : []));
    const { rows } = runLogQuery(query, collected.lines);
    const row = rows.find(({ network, os }) => network === '26201' && os === 'android');
    expect(row?.started).toBeGreaterThan(1);
    expect(row?.fell_back).toBeGreaterThan(0);
    expect(row?.fell_back).toBeLessThan(Number(row?.started));
  });
});

describe('the saved queries', () => {
  const folder = inject('assemblyFolder');
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
  const { Resources } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const queries = Object.values<{ Type: string; Properties: Record<string, string> }>(Resources)
    .filter(({ Type }) => Type === 'AWS::Logs::QueryDefinition')
    .map(({ Properties }) => [Properties.Name ?? '', Properties.QueryString ?? ''] as const);

  it.each(queries)('%s finds rows, and a value in every column', (_name, query) => {
    const known = collected.lines.find(({ route }) => route === 'POST /check-code');
    const asked = query.replace('put the request_id here', String(known?.request_id));
    const { columns, rows } = runLogQuery(asked, collected.lines);
    expect(rows).not.toEqual([]);
    for (const column of columns.filter((name) => !/^@|\.|bin\(/.test(name))) {
      expect(
        rows.some((row) => row[column] !== undefined),
        column,
      ).toBe(true);
    }
  });
});
