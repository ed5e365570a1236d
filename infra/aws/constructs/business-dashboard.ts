/** For the owners of the product: success, duration, channels and price of verifications. */

import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  type GraphWidget,
  type IMetric,
  MathExpression,
  PeriodOverride,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ChannelName } from '../../../shared/config.ts';
import { metricsOf, type StageMetrics } from '../metrics.ts';
import type { Functions } from './lambda-function.ts';
import { graph, logTable, MILLISECONDS, WIDTH } from './widgets.ts';

const THIRD = { width: WIDTH / 3 };
const PERCENT = { leftYAxis: { min: 0, max: 100, label: '%', showUnits: false } };

const GUIDE = `# Silent authentication: verifications
Normal: most starts get a check_url within 1 s, **60–80 %** of the starts end as \`completed\`, half of
those within 10 s. Silent authentication works where the carrier supports it and mobile data is on;
other starts fall back to a code. \`user_rejected\`: the SIM does not have the number. A few are people with two SIMs, many are an
attack. \`StartRefused\` by \`rate_limited\` and \`Limited\` rise together when somebody probes numbers.`;

export interface BusinessDashboardProps {
  readonly stageName: string;
  /** Channels of the workflow, in its order. */
  readonly channels: readonly ChannelName[];
  readonly functions: Functions;
}

export class BusinessDashboard extends Construct {
  constructor(scope: Construct, id: string, props: BusinessDashboardProps) {
    super(scope, id);
    const { stageName, functions } = props;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `silent-auth-${stageName}-${Stack.of(this).region}-business`,
      // Titles and axes of graphs name a period, so the chosen time range must not change it.
      periodOverride: PeriodOverride.INHERIT,
      defaultInterval: Duration.days(1),
    });
    const metrics = metricsOf(stageName);
    dashboard.addWidgets(new TextWidget({ markdown: GUIDE, width: WIDTH, height: 3 }));
    dashboard.addWidgets(...totals(metrics));
    dashboard.addWidgets(...funnel(metrics));
    dashboard.addWidgets(...channelWidgets(props.channels, metrics));
    dashboard.addWidgets(
      graph('Time to check_url', percentiles(metrics, 'TimeToCheckUrl'), MILLISECONDS),
      graph('Time to verify', percentiles(metrics, 'TimeToVerify'), MILLISECONDS),
    );
    dashboard.addWidgets(...refusals(metrics));
    dashboard.addWidgets(
      logTable('Conversion by country of the number', Object.values(functions), [
        'filter ispresent(request_id)',
        'stats max(country) as country_code,' +
          ' sum(route = "POST /start" and status = 202) as starts,' +
          ' sum(route = "POST /check-code" and status = 200) as checks by request_id',
        'filter ispresent(country_code) and starts > 0',
        'stats count(*) as started, sum(checks > 0) as verified,' +
          ' 100 * sum(checks > 0) / count(*) as conversion by country_code',
        'sort started desc',
      ]),
      logTable('Fallbacks by carrier and platform, as apps report', Object.values(functions), [
        'filter ispresent(request_id)',
        'stats max(carrier) as network, max(platform) as os,' +
          ' sum(route = "POST /start" and status = 202) as starts,' +
          ' count(FallbackEntered) as fallbacks by request_id',
        'filter starts > 0',
        'stats count(*) as started, sum(fallbacks > 0) as fell_back,' +
          ' 100 * sum(fallbacks > 0) / count(*) as percent by network, os',
        'sort started desc',
      ]),
      logTable('Why channels were skipped or ended', Object.values(functions), [
        'filter ispresent(FallbackEntered)',
        'stats count(*) as fallbacks by reason, channel',
        'sort fallbacks desc',
      ]),
    );
    dashboard.addWidgets(
      graph(
        'Price by hour',
        [metrics.own('VerificationPrice', { period: Duration.hours(1), label: 'EUR' })],
        { width: WIDTH, leftYAxis: { min: 0, label: 'EUR per hour', showUnits: false } },
      ),
    );
  }
}

function totals(metrics: StageMetrics): SingleValueWidget[] {
  const timeToVerify = (percent: number): IMetric =>
    metrics.own('TimeToVerify', { statistic: Stats.p(percent), label: `p${percent} ms` });
  return [
    numbers('Started and verified, in the time range', [started(metrics), verified(metrics)]),
    numbers('Conversion and silent share, in the time range', [
      conversion(metrics),
      silentShare(metrics),
    ]),
    numbers('Time to verify, in the time range', [timeToVerify(50), timeToVerify(90)]),
    numbers('Price as Vonage reports it, in the time range', [
      metrics.own('VerificationPrice', { label: 'EUR' }),
    ]),
  ];
}

function funnel(metrics: StageMetrics): GraphWidget[] {
  // Every code sent to Vonage has one measured latency.
  const codesChecked = metrics.ownAt('VonageLatency', 'operation', 'check', {
    statistic: Stats.SAMPLE_COUNT,
    label: 'codes checked',
  });
  const checkUrls = metrics.own('CheckUrlIssued', { label: 'check_url issued' });
  return [
    graph('Funnel', [started(metrics), checkUrls, codesChecked, verified(metrics)]),
    graph('Conversion and silent share', [conversion(metrics), silentShare(metrics)], PERCENT),
  ];
}

function channelWidgets(channels: readonly ChannelName[], metrics: StageMetrics): GraphWidget[] {
  const { everyOwn } = metrics;
  const shares = channels.map((channel) => shareOf(channel, metrics));
  return [
    graph('Conversion by channel: of 100 starts', shares, { ...PERCENT, stacked: true }),
    graph('Verified by channel', [everyOwn('Completed', 'channel')], { stacked: true }),
    graph('Fallback entered, by channel', [everyOwn('FallbackEntered', 'channel')]),
    graph('Outcomes', [everyOwn('Ended', 'status')], { stacked: true }),
    graph('Blocked by Vonage, by channel', [everyOwn('Blocked', 'channel')]),
  ];
}

/**
 * The shares of all channels add up to the conversion, because each start is verified by one
 * channel.
 */
function shareOf(channel: ChannelName, metrics: StageMetrics): IMetric {
  return new MathExpression({
    expression: `100 * FILL(${channel}, 0) / started`,
    usingMetrics: {
      started: started(metrics),
      [channel]: metrics.ownAt('Completed', 'channel', channel),
    },
    label: channel,
  });
}

function refusals({ own, everyOwn }: StageMetrics): GraphWidget[] {
  return [
    graph('Starts refused, by reason', [everyOwn('StartRefused', 'reason')], THIRD),
    graph('Limits reached', [everyOwn('Limited', 'limit')], THIRD),
    graph('Codes refused, proofs issued', [own('CodeRejected'), own('ProofIssued')], THIRD),
  ];
}

function started({ own }: StageMetrics): IMetric {
  return own('Started', { label: 'started' });
}

function verified({ ownAt }: StageMetrics): IMetric {
  return ownAt('Ended', 'status', 'completed', { label: 'verified' });
}

function conversion(metrics: StageMetrics): IMetric {
  return new MathExpression({
    expression: '100 * FILL(verified, 0) / started',
    usingMetrics: { started: started(metrics), verified: verified(metrics) },
    label: 'conversion %',
  });
}

function silentShare(metrics: StageMetrics): IMetric {
  const silent = metrics.ownAt('Completed', 'channel', 'silent_auth');
  return new MathExpression({
    expression: '100 * FILL(silent, 0) / verified',
    usingMetrics: { verified: verified(metrics), silent },
    label: 'silent %',
  });
}

function percentiles({ own }: StageMetrics, name: 'TimeToCheckUrl' | 'TimeToVerify'): IMetric[] {
  return [50, 90, 99].map((percent) =>
    own(name, { statistic: Stats.p(percent), label: `p${percent}` }),
  );
}

function numbers(title: string, metrics: IMetric[]): SingleValueWidget {
  return new SingleValueWidget({
    title,
    metrics,
    width: WIDTH / 4,
    height: 3,
    setPeriodToTimeRange: true,
  });
}
