/** What happens when the stack is deployed again, in another region, or over an older release. */

import { readdirSync, readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../../infra/aws/stage.ts';
import { getStage } from '../../../../infra/aws/stages.ts';
import { FUNCTION_NAMES } from '../../../../shared/config.ts';
import { createStageStack } from '../../../fixtures/stage-stack.ts';
import { render } from './permissions.ts';
import { synthesize, tinyBundles } from './synthesize.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

function resourcesOf(template: Template): Readonly<Record<string, Resource>> {
  return template.toJSON().Resources;
}

describe('a deployment alarm', () => {
  const prod = synthesize('prod');
  const resources = resourcesOf(prod);
  const alarms = Object.entries(prod.findResources('AWS::CloudWatch::Alarm')).filter(([id]) =>
    id.startsWith('DeploymentAlarms'),
  );

  it('belongs to one function and one version, which its name says', () => {
    const names = alarms.map(([, { Properties }]) => render(Properties.AlarmName));
    const versions = FUNCTION_NAMES.map((name) => {
      const [id = ''] = Object.keys(prod.findResources('AWS::Lambda::Version')).filter((version) =>
        render(resources[version]?.Properties.FunctionName)
          .toLowerCase()
          .startsWith(`<${name.replace('-', '')}`),
      );
      return `silent-auth-prod-deployment-${name}-<${id}>`;
    });
    expect(names.sort()).toEqual(versions.sort());
  });

  it('watches crashes and defects of that version alone, and missing data do not breach', () => {
    for (const [, { Properties }] of alarms) {
      const [, version = ''] = /-(<\w+>)$/.exec(render(Properties.AlarmName)) ?? [];
      expect(Properties.TreatMissingData).toBe('notBreaching');
      const metrics = Properties.Metrics.flatMap(
        ({ MetricStat }: { MetricStat?: { Metric: Watched } }) => MetricStat?.Metric ?? [],
      );
      expect(metrics.map(({ MetricName }: Watched) => MetricName).sort()).toEqual([
        'Errors',
        'InternalErrorByVersion',
      ]);
      for (const { MetricName, Dimensions } of metrics) {
        const name = MetricName === 'Errors' ? 'ExecutedVersion' : 'version';
        const found = Dimensions.find((dimension: { Name: string }) => dimension.Name === name);
        expect(render(found?.Value)).toBe(version);
      }
    }
  });

  it('is the only one that its deployment group asks', () => {
    const groups = Object.values(prod.findResources('AWS::CodeDeploy::DeploymentGroup'));
    const asked = groups.map(({ Properties }) =>
      Properties.AlarmConfiguration.Alarms.map(({ Name }: { Name: unknown }) => render(Name)),
    );
    expect(asked.flat().sort()).toEqual(alarms.map(([id]) => `<${id}>`).sort());
    expect(asked.every((names) => names.length === 1)).toBe(true);
  });

  it('is passed over when a context value says so, for once', () => {
    const forced = synthesize('prod', {}, { withoutDeploymentAlarms: true });
    for (const { Properties } of Object.values(
      forced.findResources('AWS::CodeDeploy::DeploymentGroup'),
    )) {
      expect(Properties.AlarmConfiguration?.Alarms ?? []).toEqual([]);
    }
  });

  it('has versions to go back to: they stay when the next one comes', () => {
    const versions = Object.values(prod.findResources('AWS::Lambda::Version'));
    expect(versions).toHaveLength(FUNCTION_NAMES.length);
    for (const { DeletionPolicy } of versions) expect(DeletionPolicy).toBe('Retain');
  });
});

interface Watched {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}

const EVERYTHING_GLOBAL: Partial<Stage> = {
  edge: { webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c' },
};

/** Types whose names are one name space for all regions of an account. */
const GLOBAL = /^AWS::(IAM|CloudFront|Route53|S3)::|^AWS::CloudWatch::Dashboard$/;
const NAMES = /^(Name|DashboardName|RoleName|PolicyName|UserName|GroupName|BucketName)$/;

/** `<type> <name>` of everything that is named in a global service; what AWS names is left out. */
function globalNames(template: Template): string[] {
  return Object.values(resourcesOf(template)).flatMap(({ Type, Properties }) => {
    // An inline policy is named within its role.
    if (!GLOBAL.test(Type) || Type === 'AWS::IAM::Policy') return [];
    const named = Object.entries(Properties).flatMap(([key, value]) =>
      /^(CachePolicy|OriginRequestPolicy|ResponseHeadersPolicy|Function|OriginAccessControl)Config$/.test(
        key,
      )
        ? Object.entries(Object(value))
        : [[key, value]],
    );
    return named
      .filter(([key]) => NAMES.test(String(key)))
      .map(([, name]) => `${Type} ${render(name)}`);
  });
}

describe('a stage in two regions of one account', () => {
  const [first = [], second = []] = ['eu-central-1', 'eu-west-1'].map((region) =>
    globalNames(
      synthesize('prod', EVERYTHING_GLOBAL, { env: { account: '111122223333', region } }),
    ),
  );

  it('has the region in every name of a global service', () => {
    expect(first.map((name) => name.split(' ')[0]).sort()).toEqual([
      'AWS::CloudFront::CachePolicy',
      'AWS::CloudFront::OriginRequestPolicy',
      'AWS::CloudWatch::Dashboard',
      'AWS::CloudWatch::Dashboard',
    ]);
    for (const name of first) expect(name).toContain('eu-central-1');
    for (const name of second) expect(name).toContain('eu-west-1');
  });

  it('has it there too when the region is known at deployment only', () => {
    const names = globalNames(synthesize('prod', EVERYTHING_GLOBAL));
    expect(names).toHaveLength(4);
    for (const name of names) expect(name).toContain('<AWS::Region>');
  });
});

describe('what operators change', () => {
  const runbooks = readdirSync('docs/runbooks').map((name) =>
    readFileSync(`docs/runbooks/${name}`, 'utf8'),
  );
  const changed = new Set(
    runbooks.flatMap((text) =>
      [...text.matchAll(/put-parameter --name (\S+)/g)].map(([, name]) => name),
    ),
  );

  it('is in no template, which would write it again', () => {
    expect([...changed]).toEqual(['/silent-auth/prod/channels-off']);
    for (const template of [synthesize('dev'), synthesize('prod', EVERYTHING_GLOBAL)]) {
      template.resourceCountIs('AWS::SSM::Parameter', 0);
    }
  });

  it('is named to the function that reads it, and to people', () => {
    const prod = synthesize('prod');
    prod.hasOutput('ChannelSwitchName', { Value: '/silent-auth/prod/channels-off' });
    const names = Object.values(prod.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties }) => Properties.Environment.Variables.CHANNEL_SWITCH ?? [],
    );
    expect(names).toEqual(['/silent-auth/prod/channels-off']);
  });

  it('survives the upgrade from a release whose stack owned it', () => {
    const retained = synthesize('prod', {}, { retainsChannelSwitch: true });
    // The properties of that release, to the letter: nothing of the resource is updated.
    expect(retained.findResources('AWS::SSM::Parameter')).toEqual({
      ChannelSwitchParameter6ABB3427: expect.objectContaining({
        DeletionPolicy: 'Retain',
        Properties: {
          AllowedPattern: '^(none|[a-z_]+(,[a-z_]+)*)$',
          Description: 'Channels that no start uses, such as "sms,voice", or "none"',
          Name: '/silent-auth/prod/channels-off',
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

  it('is protected from being deleted where people use it', () => {
    const isProtected = (name: string): boolean | undefined =>
      createStageStack(getStage(name), { bundles: tinyBundles }).stack.terminationProtection;
    expect(isProtected('prod')).toBe(true);
    expect(isProtected('dev')).toBe(false);
  });

  it('writes access logs to an address that API Gateway stores as it is', () => {
    const stages = Object.values(synthesize('prod').findResources('AWS::ApiGatewayV2::Stage'));
    expect(stages).toHaveLength(2);
    for (const { Properties } of stages) {
      expect(render(Properties.AccessLogSettings.DestinationArn)).toMatch(
        /^arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:<\w+AccessLogs\w+>$/,
      );
    }
  });
});
