import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { total } from '../../../../infra/aws/alarm-rules/rule.ts';
import { synthesize } from '../../../fixtures/stage-stack.ts';
import { propertiesOf, render } from '../../../fixtures/template.ts';

const template = synthesize('prod', { alarmEmail: 'ops@example.com' });

// Which metrics they show and watch: test/system/observability.test.ts.
describe('dashboards', () => {
  const resources = propertiesOf(template, 'AWS::CloudWatch::Dashboard');
  const dashboards = resources.map(({ DashboardBody }) => JSON.parse(render(DashboardBody)));
  const widgets = dashboards.flatMap((dashboard) => dashboard.widgets);

  it('are one for the business and one for those on call', () => {
    expect(resources.map(({ DashboardName }) => render(DashboardName))).toEqual([
      'silent-auth-prod-<AWS::Region>-business',
      'silent-auth-prod-<AWS::Region>-technical',
    ]);
  });

  it('begin with what normal looks like', () => {
    for (const {
      widgets: [first],
    } of dashboards) {
      expect(first?.type).toBe('text');
      expect(first?.properties.markdown).toContain('Normal');
    }
  });

  it('show every metric at its own period, whatever the time range, and name the period', () => {
    for (const { periodOverride } of dashboards) expect(periodOverride).toBe('inherit');
    const graphs = widgets.filter(({ properties }) => properties.view === 'timeSeries');
    expect(graphs.filter(({ properties }) => !properties.yAxis?.left?.label)).toEqual([]);
    const price = widgets.find(({ properties }) => properties.title === 'Price by hour');
    expect(price?.properties.yAxis?.left?.label).toBe('EUR per hour');
    expect(price?.properties.metrics?.[0]?.at(-1)).toMatchObject({ period: 3600 });
  });

  it('stay within the width of a dashboard', () => {
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
  });
});

/** The alarms that wait for office hours; all others page. Each has a runbook: runbooks.test.ts. */
const TICKETS = [
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
];

describe('alarms', () => {
  const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'))
    .filter(([id]) => id.startsWith('Alarms'))
    .map(([, { Properties }]) => Properties);

  it('are published when they begin and when they end, as a page or as a ticket', () => {
    const [tickets, pages] = Object.keys(template.findResources('AWS::SNS::Topic')).sort();
    for (const { AlarmName, AlarmActions, OKActions } of alarms) {
      const isTicket = TICKETS.includes(AlarmName.slice('silent-auth-prod-'.length));
      expect(AlarmActions.map(render), AlarmName).toEqual([`<${isTicket ? tickets : pages}>`]);
      expect(OKActions.map(render)).toEqual(AlarmActions.map(render));
    }
    const subscribed = propertiesOf(template, 'AWS::SNS::Subscription').map(
      ({ Protocol, Endpoint, TopicArn }) => `${Protocol} ${Endpoint} ${render(TopicArn)}`,
    );
    expect(subscribed.sort()).toEqual([
      `email ops@example.com <${tickets}>`,
      `email ops@example.com <${pages}>`,
    ]);
    template.hasOutput('PageTopic', { Value: { Ref: pages } });
    template.hasOutput('TicketTopic', { Value: { Ref: tickets } });
  });

  it('let only CloudWatch of this account publish, over TLS', () => {
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

  it('name their runbook and stay silent without traffic', () => {
    for (const { AlarmName, AlarmDescription, TreatMissingData } of alarms) {
      const runbook = String(AlarmName).replace('silent-auth-prod-', '');
      expect(AlarmDescription).toMatch(new RegExp(`\\. Runbook: docs/runbooks/${runbook}\\.md$`));
      expect(TreatMissingData).toBe('notBreaching');
    }
  });

  it('have absolute links where the stage gives their base', () => {
    const linked = synthesize('prod', { runbooks: 'https://wiki.example.com/runbooks' });
    for (const { AlarmDescription } of propertiesOf(linked, 'AWS::CloudWatch::Alarm')) {
      expect(render(AlarmDescription)).toMatch(
        /Runbook: https:\/\/wiki\.example\.com\/runbooks\/[\w-]+\.md$/,
      );
    }
  });

  it('watch at most the ten metrics that CloudWatch allows: more are refused at synth', () => {
    const metrics = Array.from(
      { length: 11 },
      (_, index) => new Metric({ namespace: 'x', metricName: `m${index}` }),
    );
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
});

it('saves nine queries; the runbooks name what they answer', () => {
  template.resourceCountIs('AWS::Logs::QueryDefinition', 9);
});
