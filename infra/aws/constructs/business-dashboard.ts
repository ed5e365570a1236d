/** For those who own the product: does verification work, how fast, by which channel, at what price? */

import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  PeriodOverride,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Functions } from '../functions.ts';
import { everyOwn, own, ownAt } from '../metrics.ts';
import type { Stage } from '../stage.ts';

const WIDTH = 24;
const PERCENT = { min: 0, max: 100, label: '%', showUnits: false };
const MILLISECONDS = { min: 0, label: 'ms', showUnits: false };

const GUIDE = `# Silent authentication: how it goes
Normal: most starts get a check_url within 1 s, **60–80 %** of the starts end as \`completed\`, half of
those within 10 s. Silent authentication covers what carriers and mobile data allow; the rest falls
back. \`user_rejected\` is a SIM that is not the number: a few are people with two SIMs, many are an
attack. \`StartRefused\` by \`rate_limited\` and \`Limited\` rise together when somebody probes numbers.`;

export class BusinessDashboard extends Construct {
  constructor(scope: Construct, id: string, stage: Stage, functions: Functions) {
    super(scope, id);
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `silent-auth-${stage.name}-business`,
      periodOverride: PeriodOverride.AUTO,
      defaultInterval: Duration.days(1),
    });
    dashboard.addWidgets(new TextWidget({ markdown: GUIDE, width: WIDTH, height: 4 }));
    dashboard.addWidgets(
      numbers('Started and verified', [started, verified], 6),
      numbers('Conversion and silent share', [conversion(), silentShare()], 6),
      numbers('Time to verify', [timeToVerify(Stats.p(50)), timeToVerify(Stats.p(90))], 6),
      numbers('Price, as Vonage reports it', [own('VerificationPrice', { label: 'EUR' })], 6),
    );
    dashboard.addWidgets(
      graph('Funnel', [started, checkUrls, codesChecked, verified]),
      graph('Conversion and silent share', [conversion(), silentShare()], { leftYAxis: PERCENT }),
    );
    dashboard.addWidgets(
      graph('Verified by channel', [everyOwn('Completed', 'channel')], { stacked: true }, 8),
      graph('Fallback entered, by channel', [everyOwn('FallbackEntered', 'channel')], {}, 8),
      graph('Outcomes', [everyOwn('Ended', 'status')], { stacked: true }, 8),
    );
    dashboard.addWidgets(
      graph('Time to check_url', percentiles('TimeToCheckUrl'), { leftYAxis: MILLISECONDS }),
      graph('Time to verify', percentiles('TimeToVerify'), { leftYAxis: MILLISECONDS }),
    );
    dashboard.addWidgets(
      graph('Starts refused, by reason', [everyOwn('StartRefused', 'reason')], {}, 8),
      graph('Limits reached', [everyOwn('Limited', 'limit')], {}, 8),
      graph('Codes refused, proofs issued', [own('CodeRejected'), own('ProofIssued')], {}, 8),
    );
    dashboard.addWidgets(
      new LogQueryWidget({
        title: 'Starts by country',
        logGroupNames: [functions.start.logs.logGroupName],
        view: LogQueryVisualizationType.TABLE,
        queryLines: [
          'filter route = "POST /start" and ispresent(country)',
          'stats sum(status = 202) as started, sum(status != 202) as refused by country',
          'sort started desc',
        ],
        width: 12,
      }),
      graph('Price by hour', [own('VerificationPrice', { period: Duration.hours(1) })]),
    );
  }
}

const started = own('Started', { label: 'started' });
const checkUrls = own('CheckUrlIssued', { label: 'check_url issued' });
/** Every code that was sent to Vonage has one latency. */
const codesChecked = ownAt('VonageLatency', 'operation', 'check', {
  statistic: Stats.SAMPLE_COUNT,
  label: 'codes checked',
});
const verified = ownAt('Ended', 'status', 'completed', { label: 'verified' });

function conversion(): IMetric {
  return new MathExpression({
    expression: 'IF(started > 0, 100 * FILL(verified, 0) / started)',
    usingMetrics: { started, verified },
    label: 'conversion %',
  });
}

function silentShare(): IMetric {
  return new MathExpression({
    expression: 'IF(verified > 0, 100 * FILL(silent, 0) / verified)',
    usingMetrics: { verified, silent: ownAt('Completed', 'channel', 'silent_auth') },
    label: 'silent %',
  });
}

function timeToVerify(statistic: string): IMetric {
  return own('TimeToVerify', { statistic, label: `${statistic} ms` });
}

function percentiles(name: 'TimeToCheckUrl' | 'TimeToVerify'): IMetric[] {
  return [50, 90, 99].map((percent) =>
    own(name, { statistic: Stats.p(percent), label: `p${percent}` }),
  );
}

function numbers(title: string, metrics: IMetric[], width: number): SingleValueWidget {
  return new SingleValueWidget({
    title,
    metrics,
    width,
    height: 4,
    setPeriodToTimeRange: true,
  });
}

function graph(
  title: string,
  left: IMetric[],
  options: { stacked?: boolean; leftYAxis?: typeof PERCENT | typeof MILLISECONDS } = {},
  width = WIDTH / 2,
): GraphWidget {
  return new GraphWidget({ title, left, width, ...options });
}
