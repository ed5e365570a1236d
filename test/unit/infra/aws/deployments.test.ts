/** What happens when the stack is deployed again, in another region, or over an older release. */

import { readdirSync, readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { getStage } from '../../../../infra/aws/stages.ts';
import { createStageStack, EDGE, synthesize, tinyBundles } from '../../../fixtures/stage-stack.ts';
import {
  functionIds,
  propertiesOf,
  render,
  resourcesOf,
  variablesOf,
} from '../../../fixtures/template.ts';

interface AlarmMetric {
  readonly MetricStat?: { readonly Metric: Parameters<typeof toLine>[0] };
}

/** `<metric> <name>=<value>,…` */
function toLine(metric: {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}): string {
  const dimensions = metric.Dimensions.map(({ Name, Value }) => `${Name}=${render(Value)}`);
  return `${metric.MetricName} ${dimensions}`;
}

describe('a deployment alarm', () => {
  const prod = synthesize('prod');
  const ids = functionIds(prod);
  const versions = Object.entries(prod.findResources('AWS::Lambda::Version'));
  const alarms = Object.entries(prod.findResources('AWS::CloudWatch::Alarm')).filter(([id]) =>
    id.startsWith('DeploymentAlarms'),
  );

  it('belongs to one function and one version, which its name says', () => {
    const names = alarms.map(([, { Properties }]) => render(Properties.AlarmName));
    const wanted = Object.entries(ids).map(([name, id]) => {
      const [version] =
        versions.find(([, { Properties }]) => render(Properties.FunctionName) === `<${id}>`) ?? [];
      return `silent-auth-prod-deployment-${name}-<${version}>`;
    });
    expect(names.sort()).toEqual(wanted.sort());
  });

  it('watches crashes and defects of that version alone, and missing data do not breach', () => {
    for (const [, { Properties }] of alarms) {
      const [, version = ''] = /-(<\w+>)$/.exec(render(Properties.AlarmName)) ?? [];
      expect(Properties.TreatMissingData).toBe('notBreaching');
      const metrics = Properties.Metrics.flatMap((it: AlarmMetric) => it.MetricStat?.Metric ?? []);
      expect(metrics.map(toLine).sort()).toEqual([
        expect.stringMatching(`^Errors .*ExecutedVersion=${version}`),
        expect.stringMatching(`^InternalErrorByVersion .*version=${version}`),
      ]);
    }
  });

  it('is the only one that its deployment group asks', () => {
    const asked = propertiesOf(prod, 'AWS::CodeDeploy::DeploymentGroup').map(
      ({ AlarmConfiguration }) =>
        AlarmConfiguration.Alarms.map(({ Name }: { Name: unknown }) => render(Name)),
    );
    expect(asked.sort()).toEqual(alarms.map(([id]) => [`<${id}>`]).sort());
  });

  it('is not asked when a context value says so', () => {
    const forced = synthesize('prod', {}, { withoutDeploymentAlarms: true });
    const groups = propertiesOf(forced, 'AWS::CodeDeploy::DeploymentGroup');
    expect(groups.flatMap((group) => group.AlarmConfiguration?.Alarms ?? [])).toEqual([]);
  });

  it('has versions to go back to: they stay when the next one comes', () => {
    expect(versions).toHaveLength(Object.keys(ids).length);
    for (const [, { DeletionPolicy }] of versions) expect(DeletionPolicy).toBe('Retain');
  });
});

/** Types whose names share one name space in all regions of an account. */
const GLOBAL = /^AWS::(IAM|CloudFront|Route53|S3)::|^AWS::CloudWatch::Dashboard$/;
const NAMES = /^(Name|DashboardName|RoleName|PolicyName|UserName|GroupName|BucketName)$/;
const NAMED_WITHIN =
  /^(CachePolicy|OriginRequestPolicy|ResponseHeadersPolicy|Function|OriginAccessControl)Config$/;

/** `<type> <name>` of every resource that the template names in a global service. */
function globalNames(template: Template): string[] {
  return Object.values(resourcesOf(template)).flatMap(({ Type, Properties }) => {
    // An inline policy is named within its role.
    if (!GLOBAL.test(Type) || Type === 'AWS::IAM::Policy') return [];
    return Object.entries(Properties)
      .flatMap(([key, value]): [string, unknown][] =>
        NAMED_WITHIN.test(key) ? Object.entries(Object(value)) : [[key, value]],
      )
      .filter(([key]) => NAMES.test(key))
      .map(([, name]) => `${Type} ${render(name)}`);
  });
}

describe('a stage in two regions of one account', () => {
  it('has the region in every name of a global service', () => {
    const names = globalNames(synthesize('prod', { edge: EDGE }));
    expect(names.map((name) => name.split(' ')[0]).sort()).toEqual([
      'AWS::CloudFront::CachePolicy',
      'AWS::CloudFront::OriginRequestPolicy',
      'AWS::CloudWatch::Dashboard',
      'AWS::CloudWatch::Dashboard',
    ]);
    for (const name of names) expect(name).toContain('<AWS::Region>');
  });
});

describe('the parameter that operators change', () => {
  const NAME = '/silent-auth/prod/channels-off';

  it('is in no template, because a deployment would overwrite it', () => {
    const changed = readdirSync('docs/runbooks').flatMap((name) => {
      const text = readFileSync(`docs/runbooks/${name}`, 'utf8');
      return [...text.matchAll(/put-parameter --name (\S+)/g)].map(([, parameter]) => parameter);
    });
    expect([...new Set(changed)]).toEqual([NAME]);
    for (const template of [synthesize('dev'), synthesize('prod', { edge: EDGE })]) {
      template.resourceCountIs('AWS::SSM::Parameter', 0);
    }
  });

  it('is named to the function that reads it, and to people', () => {
    const prod = synthesize('prod');
    prod.hasOutput('ChannelSwitchName', { Value: NAME });
    expect(variablesOf(prod, 'start').CHANNEL_SWITCH).toBe(NAME);
  });

  it('survives the upgrade from a release whose stack owned it', () => {
    const retained = synthesize('prod', {}, { retainsChannelSwitch: true });
    // Exactly the properties of that release, so that nothing of the resource is updated.
    expect(retained.findResources('AWS::SSM::Parameter')).toEqual({
      ChannelSwitchParameter6ABB3427: expect.objectContaining({
        DeletionPolicy: 'Retain',
        Properties: {
          AllowedPattern: '^(none|[a-z_]+(,[a-z_]+)*)$',
          Description: 'Channels that no start uses, such as "sms,voice", or "none"',
          Name: NAME,
          Tags: { application: 'silent-auth', stage: 'prod' },
          Type: 'String',
          Value: 'none',
        },
      }),
    });
  });
});

describe('the stack', () => {
  it('is refused in China, whose services have other host names', () => {
    const env = { account: '111122223333', region: 'cn-north-1' };
    expect(() => synthesize('prod', {}, { env })).toThrow(/cn-north-1 is in China/);
  });

  it.each([
    ['prod', true],
    ['dev', false],
  ])('of %s is protected from deletion: %s', (name, isProtected) => {
    const { stack } = createStageStack(getStage(name), { bundles: tinyBundles });
    expect(stack.terminationProtection).toBe(isProtected);
  });

  it('writes access logs to an address that API Gateway stores as it is', () => {
    const stages = propertiesOf(synthesize('prod'), 'AWS::ApiGatewayV2::Stage');
    expect(stages).toHaveLength(2);
    for (const { AccessLogSettings } of stages) {
      expect(render(AccessLogSettings.DestinationArn)).toMatch(
        /^arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:<\w+AccessLogs\w+>$/,
      );
    }
  });
});
