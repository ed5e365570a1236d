/** What a deployment costs in a month before anybody uses it, and what one request logs. */

import { readAssembly } from '../../../../infra/local/synthesize.ts';
import { readRawTemplate } from '../../../../infra/local/template/raw-template.ts';
import { sum } from '../statistics.ts';
import { EVENT_OVERHEAD_BYTES } from './log-meter.ts';
import { PRICES } from './prices.ts';

interface TemplateCosts {
  /** Dollars, whatever the traffic, without metrics. */
  readonly monthly: Readonly<Record<string, number>>;
  /** Of one request. */
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

/** A field of the format becomes a value of about this many bytes. */
const VALUE_BYTES = 14;
/** Of one poller, which waits 20 s at a time. */
const RECEIVES_PER_MONTH = (30 * 24 * 3600) / 20;

export async function readTemplateCosts(assemblyFolder: string): Promise<TemplateCosts> {
  const { Resources } = readRawTemplate((await readAssembly(assemblyFolder)).templateFile);
  const of = (type: string): readonly Properties[] =>
    Object.values(Resources).flatMap((it) => (it.Type === type ? [it.Properties] : []));
  const formatBytes = (protocol: string): number => {
    const stage = of('AWS::ApiGatewayV2::Stage').find(
      ({ ApiId }) => Resources[ApiId?.Ref ?? '']?.Properties.ProtocolType === protocol,
    );
    const format = stage?.AccessLogSettings?.Format ?? '';
    return format.replace(/\$[\w.]+/g, 'x'.repeat(VALUE_BYTES)).length + EVENT_OVERHEAD_BYTES;
  };
  // Every metric that an alarm's expression reads is billed as one.
  const alarmMetrics = of('AWS::CloudWatch::Alarm').map(
    ({ Metrics }) => Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1,
  );
  // Lambda keeps five for a queue, and two of a quiet one where nothing bounds its concurrency.
  const pollers = of('AWS::Lambda::EventSourceMapping').map(({ ScalingConfig }) =>
    ScalingConfig ? 5 : 2,
  );
  const { cloudwatch, secrets, sqs } = PRICES;
  return {
    accessLogBytes: { http: formatBytes('HTTP'), websocket: formatBytes('WEBSOCKET') },
    monthly: {
      alarms: sum(alarmMetrics) * cloudwatch.perAlarmMetricMonth,
      dashboards: of('AWS::CloudWatch::Dashboard').length * cloudwatch.perDashboardMonth,
      secrets: of('AWS::SecretsManager::Secret').length * secrets.perSecretMonth,
      'empty receives': sum(pollers) * RECEIVES_PER_MONTH * sqs.perRequest,
    },
  };
}
