/** For people on call: shows whether our code, AWS or Vonage fails. */

import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  type GraphWidget,
  type IMetric,
  Metric,
  PeriodOverride,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { FIVE_MINUTES, metricsOf, type StageMetrics } from '../metrics.ts';
import type { ClockQueue } from './clock-queue.ts';
import type { HttpApi } from './http-api.ts';
import type { Functions } from './lambda-function.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './websocket-api.ts';
import { graph, logTable, MILLISECONDS, WIDTH } from './widgets.ts';

const THIRD = { width: WIDTH / 3 };
const THIRD_IN_TIME = { ...THIRD, ...MILLISECONDS };

const GUIDE = `# Silent authentication: functions, Vonage, tables
Normal: no errors and no throttles of functions and tables. A warm function takes under 1 s plus
Vonage's time; a cold start adds about 1 s. 4xx are errors of clients, and refusals.
**5xx of the API alone mean little**: anybody can cause a 503 with an unsigned webhook.
\`PushGone\`: a phone changed networks, normal. \`PushFailed\`: not normal. Duplicate webhooks: normal, because
the first webhook of a verification repeats the answer to the start. Clock: no dead letters, and
a lag of a few seconds; the oldest message may be as old as a channel's timeout.`;

export interface TechnicalDashboardProps {
  readonly stageName: string;
  readonly functions: Functions;
  readonly httpApi: HttpApi;
  readonly websocketApi: WebSocketApi;
  readonly tables: Tables;
  readonly clockQueue: ClockQueue;
}

export class TechnicalDashboard extends Construct {
  constructor(scope: Construct, id: string, props: TechnicalDashboardProps) {
    super(scope, id);
    const { stageName, functions, httpApi, websocketApi, tables, clockQueue } = props;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `silent-auth-${stageName}-${Stack.of(this).region}-technical`,
      // Axes of graphs name a period, so the chosen time range must not change it.
      periodOverride: PeriodOverride.INHERIT,
      defaultInterval: Duration.hours(3),
    });
    dashboard.addWidgets(new TextWidget({ markdown: GUIDE, width: WIDTH, height: 4 }));
    const metrics = metricsOf(stageName);
    dashboard.addWidgets(...functionWidgets(functions));
    dashboard.addWidgets(
      logTable('Functions: cold starts', Object.values(functions), [
        'filter ispresent(route)',
        'stats count(cold_start) as cold_starts, count(*) as requests by route',
        'sort cold_starts desc',
      ]),
      logTable('Our own faults', Object.values(functions), [
        'filter level = "ERROR"',
        'stats count(*) as faults by route, outcome',
        'sort faults desc',
      ]),
    );
    dashboard.addWidgets(...vonageWidgets(metrics));
    dashboard.addWidgets(...webhookAndPushWidgets(metrics));
    dashboard.addWidgets(...clockWidgets(metrics));
    dashboard.addWidgets(...queueWidgets(clockQueue));
    dashboard.addWidgets(...apiWidgets(httpApi, websocketApi));
    dashboard.addWidgets(
      ...tableWidgets('Verifications', tables.verifications),
      ...tableWidgets('Guards', tables.guards),
    );
  }
}

function functionWidgets(functions: Functions): GraphWidget[] {
  const each = (metricName: string, statistic: string): IMetric[] =>
    Object.entries(functions).map(([label, lambda]) =>
      lambda.metric(metricName, { label, statistic, period: FIVE_MINUTES }),
    );
  return [
    graph('Functions: invocations', each('Invocations', Stats.SUM), THIRD),
    graph('Functions: errors', each('Errors', Stats.SUM), THIRD),
    graph('Functions: throttles', each('Throttles', Stats.SUM), THIRD),
    graph('Functions: median duration', each('Duration', Stats.p(50)), THIRD_IN_TIME),
    graph(
      'Functions: p99 duration, cold starts included',
      each('Duration', Stats.p(99)),
      THIRD_IN_TIME,
    ),
    graph('Functions: concurrency', each('ConcurrentExecutions', Stats.MAXIMUM), {
      ...THIRD,
      leftYAxis: { min: 0, label: 'most at once', showUnits: false },
    }),
  ];
}

function vonageWidgets({ everyOwn }: StageMetrics): GraphWidget[] {
  const latency = (percent: number): IMetric =>
    everyOwn('VonageLatency', 'operation', { statistic: Stats.p(percent) });
  return [
    graph('Vonage: median latency', [latency(50)], THIRD_IN_TIME),
    graph('Vonage: p99 latency', [latency(99)], THIRD_IN_TIME),
    graph('Vonage: errors', [everyOwn('VonageError', 'operation,status')], THIRD),
  ];
}

function clockWidgets({ own, everyOwn }: StageMetrics): GraphWidget[] {
  const lag = own('ClockLag', { statistic: Stats.p(99), label: 'p99' });
  return [
    graph(
      'Clock: ends, steps, messages not sent',
      [own('EndedByClock'), own('MovedOnByClock'), own('ClockMessageFailed')],
      THIRD,
    ),
    graph('Clock: late cancels', [everyOwn('LateCancel', 'outcome')], THIRD),
    graph('Clock: lag', [lag], THIRD_IN_TIME),
  ];
}

function queueWidgets({ messages, deadLetters }: ClockQueue): GraphWidget[] {
  const most = { period: FIVE_MINUTES, statistic: Stats.MAXIMUM };
  const each = { period: FIVE_MINUTES, statistic: Stats.SUM };
  return [
    graph(
      'Clock: messages',
      [
        messages.metricNumberOfMessagesSent({ ...each, label: 'sent' }),
        messages.metricNumberOfMessagesDeleted({ ...each, label: 'done' }),
      ],
      THIRD,
    ),
    graph(
      'Clock: messages that are due, dead letters',
      [
        messages.metricApproximateNumberOfMessagesVisible({ ...most, label: 'due' }),
        deadLetters.metricApproximateNumberOfMessagesVisible({ ...most, label: 'dead letters' }),
      ],
      { ...THIRD, leftYAxis: { min: 0, label: 'most at once', showUnits: false } },
    ),
    graph(
      'Clock: age of the oldest message',
      [messages.metricApproximateAgeOfOldestMessage({ ...most, label: 'age' })],
      { ...THIRD, leftYAxis: { min: 0, label: 's', showUnits: false } },
    ),
  ];
}

function webhookAndPushWidgets({ own, everyOwn }: StageMetrics): GraphWidget[] {
  return [
    graph('Webhooks: accepted', [own('WebhookAccepted'), own('WebhookDuplicate')], THIRD),
    graph(
      'Webhooks: refused or unintelligible',
      [
        everyOwn('WebhookRejected', 'reason'),
        own('WebhookUnintelligible'),
        own('CompletedWithoutCheck'),
        own('RequestIdMismatch'),
      ],
      THIRD,
    ),
    graph('Pushes', [own('PushDelivered'), own('PushGone'), own('PushFailed')], THIRD),
    graph('Defects of our own, answered 500', [
      own('InternalError'),
      everyOwn('InternalErrorByVersion', 'function,version'),
    ]),
    graph('Secrets missing or old, events not sent', [
      own('SecretNotSet'),
      own('SecretStale'),
      own('EventFailed'),
    ]),
  ];
}

function apiWidgets({ api }: HttpApi, websocketApi: WebSocketApi): GraphWidget[] {
  const period = FIVE_MINUTES;
  const websocket = (metricName: string, statistic: string, label = metricName): IMetric =>
    new Metric({
      label,
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: websocketApi.api.apiId },
      statistic,
      period,
    });
  return [
    graph('HTTP API: requests', [
      api.metricCount({ period, label: 'all' }),
      api.metricClientError({ period, label: '4xx' }),
      api.metricServerError({ period, label: '5xx' }),
    ]),
    graph(
      'HTTP API: latency',
      [
        api.metricLatency({ period, statistic: Stats.p(50), label: 'p50' }),
        api.metricLatency({ period, statistic: Stats.p(99), label: 'p99' }),
        api.metricIntegrationLatency({ period, statistic: Stats.p(99), label: 'functions p99' }),
      ],
      MILLISECONDS,
    ),
    graph(
      'WebSocket: connections and messages',
      [websocket('ConnectCount', Stats.SUM), websocket('MessageCount', Stats.SUM)],
      THIRD,
    ),
    graph(
      'WebSocket: errors',
      [
        websocket('ClientError', Stats.SUM),
        websocket('ExecutionError', Stats.SUM),
        websocket('IntegrationError', Stats.SUM),
      ],
      THIRD,
    ),
    graph(
      'WebSocket: latency of the functions',
      [
        websocket('IntegrationLatency', Stats.p(50), 'p50'),
        websocket('IntegrationLatency', Stats.p(99), 'p99'),
      ],
      THIRD_IN_TIME,
    ),
  ];
}

function tableWidgets(title: string, table: TableV2): GraphWidget[] {
  const of = (metricName: string, dimensions: Record<string, string> = {}): IMetric =>
    table.metric(metricName, {
      statistic: Stats.SUM,
      period: FIVE_MINUTES,
      dimensionsMap: { TableName: table.tableName, ...dimensions },
    });
  const latency = (operation: string): IMetric =>
    table.metricSuccessfulRequestLatency({
      statistic: Stats.p(99),
      period: FIVE_MINUTES,
      label: operation,
      dimensionsMap: { TableName: table.tableName, Operation: operation },
    });
  return [
    graph(`${title}: throttles`, [of('ReadThrottleEvents'), of('WriteThrottleEvents')], THIRD),
    graph(`${title}: p99 latency`, [latency('UpdateItem'), latency('GetItem')], THIRD_IN_TIME),
    graph(
      `${title}: units consumed`,
      [of('ConsumedReadCapacityUnits'), of('ConsumedWriteCapacityUnits')],
      THIRD,
    ),
  ];
}
