/** What a deployment costs in a month before anybody uses it, and what one request logs. */

import { readFileSync } from 'node:fs';
import { readAssembly } from '../../../../infra/local/synthesize.ts';
import { sum } from '../load/cpu-meter.ts';
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

/** Members of an API's stage, of an alarm over an expression, of an event source mapping. */
interface Properties {
  readonly ProtocolType?: string;
  readonly ApiId?: { readonly Ref?: string };
  readonly AccessLogSettings?: { readonly Format?: string };
  readonly Metrics?: readonly { readonly MetricStat?: object }[];
  readonly ScalingConfig?: object;
}
interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
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
  const of = (type: string): readonly Properties[] =>
    resources.filter(({ Type }) => Type === type).map((resource) => resource.Properties ?? {});
  const formatBytes = (protocol: string): number => {
    const stage = of('AWS::ApiGatewayV2::Stage').find(
      ({ ApiId }) => template.Resources[ApiId?.Ref ?? '']?.Properties?.ProtocolType === protocol,
    );
    const format = stage?.AccessLogSettings?.Format ?? '';
    return format.replace(/\$[\w.]+/g, 'x'.repeat(VALUE_BYTES)).length + EVENT_OVERHEAD_BYTES;
  };
  return {
    secrets: of('AWS::SecretsManager::Secret').length,
    alarmMetrics: sum(
      of('AWS::CloudWatch::Alarm').map(
        ({ Metrics }) => Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1,
      ),
    ),
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    // Lambda keeps five, and two of a quiet queue where nothing bounds its concurrency.
    pollers: sum(
      of('AWS::Lambda::EventSourceMapping').map(({ ScalingConfig }) => (ScalingConfig ? 5 : 2)),
    ),
    accessLogBytes: { http: formatBytes('HTTP'), websocket: formatBytes('WEBSOCKET') },
  };
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
