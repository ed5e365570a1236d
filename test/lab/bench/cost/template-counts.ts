/** What a deployment costs in a month before anybody uses it, and what one request logs. */

import { readFileSync } from 'node:fs';
import { readAssembly } from '../../../../infra/local/synthesize.ts';
import { PRICES } from './prices.ts';

export interface TemplateCounts {
  readonly secrets: number;
  /** Every metric that an alarm's expression reads is billed as one. */
  readonly alarmMetrics: number;
  readonly dashboards: number;
  /** Of the queue, while it is empty. */
  readonly pollers: number;
  readonly accessLogBytes: { readonly http: number; readonly websocket: number };
}

interface Resource {
  readonly Type: string;
  readonly Properties?: {
    readonly ProtocolType?: string;
    readonly ApiId?: { readonly Ref?: string };
    readonly AccessLogSettings?: { readonly Format?: string };
    /** Of an alarm over an expression. */
    readonly Metrics?: readonly { readonly MetricStat?: object }[];
    /** Of an event source mapping. */
    readonly ScalingConfig?: object;
  };
}

/** A field of the format becomes a value of about this many bytes; the event's own overhead. */
const VALUE_BYTES = 14;
const EVENT_OVERHEAD_BYTES = 26;

export async function countTemplate(assemblyFolder: string): Promise<TemplateCounts> {
  const { templateFile } = await readAssembly(assemblyFolder);
  const template: { Resources: Readonly<Record<string, Resource>> } = JSON.parse(
    readFileSync(templateFile, 'utf8'),
  );
  const resources = Object.values(template.Resources);
  const count = (type: string): number => resources.filter(({ Type }) => Type === type).length;
  const formatBytes = (protocol: string): number => {
    const stage = resources.find(
      ({ Type, Properties }) =>
        Type === 'AWS::ApiGatewayV2::Stage' &&
        template.Resources[Properties?.ApiId?.Ref ?? '']?.Properties?.ProtocolType === protocol,
    );
    const format = stage?.Properties?.AccessLogSettings?.Format ?? '';
    return format.replace(/\$[\w.]+/g, 'x'.repeat(VALUE_BYTES)).length + EVENT_OVERHEAD_BYTES;
  };
  return {
    secrets: count('AWS::SecretsManager::Secret'),
    alarmMetrics: resources
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .reduce((sum, { Properties }) => sum + metricsOf(Properties?.Metrics), 0),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    // Lambda keeps five, and two of a quiet queue where nothing bounds its concurrency.
    pollers: resources
      .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
      .reduce((sum, { Properties }) => sum + (Properties?.ScalingConfig ? 5 : 2), 0),
    accessLogBytes: { http: formatBytes('HTTP'), websocket: formatBytes('WEBSOCKET') },
  };
}

function metricsOf(queries: readonly { readonly MetricStat?: object }[] | undefined): number {
  return queries?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
}

/** Of one poller, which waits 20 s at a time. */
const RECEIVES_PER_MONTH = (30 * 24 * 3600) / 20;

/** Dollars a month, whatever the traffic. */
export function monthlyDollars(
  { secrets, alarmMetrics, dashboards, pollers }: TemplateCounts,
  metricSeries: number,
): Readonly<Record<string, number>> {
  return {
    'metric series': metricSeries * PRICES.cloudwatch.perMetricMonth,
    alarms: alarmMetrics * PRICES.cloudwatch.perAlarmMetricMonth,
    dashboards: dashboards * PRICES.cloudwatch.perDashboardMonth,
    secrets: secrets * PRICES.secrets.perSecretMonth,
    'empty receives': pollers * RECEIVES_PER_MONTH * PRICES.sqs.perRequest,
  };
}
