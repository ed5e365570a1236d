import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { total } from '../../../../infra/aws/alarm-rules/rule.ts';
import { METRICS } from '../../../../shared/domain/metrics.ts';
import { render } from './permissions.ts';
import { synthesize } from './synthesize.ts';

const template = synthesize('prod', { alarmEmail: 'ops@example.com' });

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly view?: string;
    readonly yAxis?: { readonly left?: { readonly label?: string } };
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

const dashboards = Object.values(template.findResources('AWS::CloudWatch::Dashboard')).map(
  ({ Properties }) => ({
    name: render(Properties.DashboardName),
    ...(JSON.parse(render(Properties.DashboardBody)) as {
      readonly periodOverride: string;
      readonly widgets: readonly Widget[];
    }),
  }),
);

/** What a dashboard shows of our namespace, as `<name> <dimensions>`. */
function shownBy(widgets: readonly Widget[]): string[] {
  return widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .flatMap((metric): string[] => {
      const [first, name, ...rest] = metric;
      if (first === 'SilentAuth') {
        const texts = rest.filter((part) => typeof part === 'string');
        expect(texts[texts.indexOf('service') + 1]).toBe('silent-auth-prod');
        const dimensions = texts.filter((text, index) => index % 2 === 0 && text !== 'service');
        return [`${name} ${dimensions.join()}`];
      }
      const search =
        /\{SilentAuth,service,([\w,]+)\} service=\\+"silent-auth-prod\\+" MetricName=\\+"(\w+)/.exec(
          JSON.stringify(metric),
        );
      return search ? [`${search[2]} ${search[1]}`] : [];
    });
}

const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'))
  .filter(([id]) => id.startsWith('Alarms'))
  .map(([, { Properties }]) => Properties);

describe('dashboards', () => {
  it('are one for the business and one for those on call', () => {
    expect(dashboards.map(({ name }) => name)).toEqual([
      'silent-auth-prod-<AWS::Region>-business',
      'silent-auth-prod-<AWS::Region>-technical',
    ]);
  });

  it('begin with what normal looks like', () => {
    for (const { widgets } of dashboards) {
      expect(widgets[0]?.type).toBe('text');
      expect(widgets[0]?.properties.markdown).toContain('Normal');
    }
  });

  it('show every metric that the functions emit, and no other', () => {
    const shown = new Set(dashboards.flatMap(({ widgets }) => shownBy(widgets)));
    const emitted = Object.entries(METRICS).map(([name, dimensions]) => `${name} ${dimensions}`);
    expect([...shown].sort()).toEqual(emitted.sort());
  });

  it('show every metric at its own period, whatever the time range, and say which', () => {
    for (const { periodOverride, widgets } of dashboards) {
      expect(periodOverride).toBe('inherit');
      const graphs = widgets.filter(({ properties }) => properties.view === 'timeSeries');
      expect(graphs.filter(({ properties }) => !properties.yAxis?.left?.label)).toEqual([]);
    }
    const price = dashboards
      .flatMap(({ widgets }) => widgets)
      .find(({ properties }) => properties.title === 'Price by hour');
    expect(price?.properties.yAxis?.left?.label).toBe('EUR per hour');
    expect(price?.properties.metrics?.[0]?.at(-1)).toMatchObject({ period: 3600 });
  });

  it('stay within the width of a dashboard', () => {
    for (const { x, width } of dashboards.flatMap(({ widgets }) => widgets)) {
      expect(x + width).toBeLessThanOrEqual(24);
    }
  });
});

describe('alarms', () => {
  it('are published when they begin and when they end: to wake somebody up, or as a ticket', () => {
    const [tickets, pages] = Object.keys(template.findResources('AWS::SNS::Topic')).sort();
    const published: Record<string, string[]> = { [`<${pages}>`]: [], [`<${tickets}>`]: [] };
    for (const alarm of alarms) {
      const [topic = '', ...others] = alarm.AlarmActions.map(render);
      expect(others).toEqual([]);
      expect(alarm.OKActions.map(render)).toEqual([topic]);
      published[topic]?.push(alarm.AlarmName.slice('silent-auth-prod-'.length));
    }
    expect(published[`<${tickets}>`]?.sort()).toEqual([
      'clock-dead-letters',
      'clock-lag',
      'clock-message-failures',
      'event-failures',
      'fallback-spike',
      'push-failures',
      'request-id-mismatches',
      'secret-stale',
      'signature-failures',
      'slow-verification',
      'table-throttles',
    ]);
    const subscribed = Object.values(template.findResources('AWS::SNS::Subscription')).map(
      ({ Properties }) =>
        `${Properties.Protocol} ${Properties.Endpoint} ${render(Properties.TopicArn)}`,
    );
    expect(subscribed.sort()).toEqual([
      `email ops@example.com <${tickets}>`,
      `email ops@example.com <${pages}>`,
    ]);
    template.hasOutput('PageTopic', { Value: { Ref: pages } });
    template.hasOutput('TicketTopic', { Value: { Ref: tickets } });
  });

  it('let CloudWatch of this account alone publish, over TLS', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          {
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });

  it('say what happened and which runbook helps', () => {
    for (const { AlarmName, AlarmDescription } of alarms) {
      const runbook = String(AlarmName).replace('silent-auth-prod-', '');
      expect(AlarmDescription).toMatch(new RegExp(`\\. Runbook: docs/runbooks/${runbook}\\.md$`));
    }
  });

  it('have absolute links where the stage gives their base', () => {
    const linked = synthesize('prod', { runbooks: 'https://wiki.example.com/runbooks' });
    for (const { Properties } of Object.values(linked.findResources('AWS::CloudWatch::Alarm'))) {
      expect(render(Properties.AlarmDescription)).toMatch(
        /Runbook: https:\/\/wiki\.example\.com\/runbooks\/[\w-]+\.md$/,
      );
    }
  });

  it('stay silent without traffic', () => {
    for (const { TreatMissingData } of alarms) expect(TreatMissingData).toBe('notBreaching');
  });

  it('watch at most the ten metrics that CloudWatch allows: more are refused at synth', () => {
    const metric = (name: string): Metric => new Metric({ namespace: 'x', metricName: name });
    const metrics = Array.from({ length: 11 }, (_, index) => metric(`m${index}`));
    expect(() => total(metrics)).toThrow('an alarm watches at most 10 metrics, not 11');
    expect(() => total(metrics.slice(1))).not.toThrow();
  });

  it('add up prices over a whole day, up to the ceiling of the stage', () => {
    synthesize('prod', { priceCeilingPerDay: 75 }).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'silent-auth-prod-price-ceiling',
      MetricName: 'VerificationPrice',
      Statistic: 'Sum',
      Period: 86_400,
      Threshold: 75,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });

  it('never watch the API’s 5xx, which anybody can cause', () => {
    expect(JSON.stringify(alarms)).not.toMatch(/5xx/i);
  });

  it('cover what can go wrong', () => {
    const names = alarms.map(({ AlarmName }) => AlarmName.slice('silent-auth-prod-'.length));
    expect(names.sort()).toEqual([
      'clock-dead-letters',
      'clock-lag',
      'clock-message-failures',
      'clock-stopped',
      'completed-without-check',
      'conversion-drop',
      'event-failures',
      'fallback-spike',
      'function-errors',
      'function-throttles',
      'internal-errors',
      'limiter-storm',
      'no-webhooks',
      'price-ceiling',
      'push-failures',
      'request-flood',
      'request-id-mismatches',
      'secret-not-set',
      'secret-stale',
      'signature-failures',
      'slow-verification',
      'table-throttles',
      'vonage-balance',
      'vonage-blocked',
      'vonage-check-outage',
      'vonage-configuration',
      'vonage-outage',
      'vonage-throttled',
      'vonage-unauthorized',
    ]);
  });

  it('watch only metrics that the functions emit', () => {
    const known = new Set(
      Object.entries(METRICS).map(([name, dimensions]) => `${name} ${dimensions}`),
    );
    interface Watched {
      readonly Namespace?: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
    }
    const watched: Watched[] = alarms.flatMap((alarm) => [
      alarm,
      ...(alarm.Metrics ?? []).map((query: { MetricStat?: { Metric: Watched } }) => ({
        ...query.MetricStat?.Metric,
      })),
    ]);
    for (const { Namespace, MetricName, Dimensions = [] } of watched) {
      if (Namespace !== 'SilentAuth') continue;
      const service = Dimensions.find(({ Name }) => Name === 'service');
      expect(service?.Value).toBe('silent-auth-prod');
      const dimensions = Dimensions.map(({ Name }) => Name)
        .filter((name) => name !== 'service')
        .sort();
      expect(known).toContain(`${MetricName} ${dimensions.join()}`);
    }
  });
});

describe('saved queries', () => {
  it('answer the questions of those on call', () => {
    const names = Object.values(template.findResources('AWS::Logs::QueryDefinition')).map(
      ({ Properties }) => Properties.Name,
    );
    expect(names.sort()).toEqual([
      'silent-auth-prod/blocked networks',
      'silent-auth-prod/failures by reason',
      'silent-auth-prod/fallbacks by carrier and platform',
      'silent-auth-prod/memory by route',
      'silent-auth-prod/our own faults, with their causes',
      'silent-auth-prod/refused webhooks',
      'silent-auth-prod/slowest requests',
      'silent-auth-prod/slowest verifications',
      'silent-auth-prod/timeline of one request_id',
    ]);
  });
});
