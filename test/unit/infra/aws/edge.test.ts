import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { FirewallStack } from '../../../../infra/aws/firewall-stack.ts';
import type { EdgeSettings } from '../../../../infra/aws/stage.ts';
import { getStage } from '../../../../infra/aws/stages.ts';
import { cdkContext, EDGE, synthesize } from '../../../fixtures/stage-stack.ts';
import {
  functionIds,
  idOf,
  permissionsOf,
  propertiesOf,
  render,
  variablesOf,
} from '../../../fixtures/template.ts';

const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';

/** The distribution of a stage behind CloudFront. */
function distributionOf(edge: Partial<EdgeSettings> = {}) {
  const template = synthesize('prod', { edge: { ...EDGE, ...edge } });
  return propertiesOf(template, 'AWS::CloudFront::Distribution')[0].DistributionConfig;
}

describe('a stage behind CloudFront', () => {
  const template = synthesize('prod', { edge: EDGE });
  const secretId = idOf(template, 'AWS::SecretsManager::Secret', 'EdgeSecret');

  it('calls the HTTP API over TLS and proves who it is', () => {
    const distribution = distributionOf();
    const tls = { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] };
    expect(distribution).toMatchObject({
      WebACLId: EDGE.webAclArn,
      Origins: [
        { CustomOriginConfig: tls, OriginCustomHeaders: [{ HeaderName: 'x-origin-secret' }] },
      ],
      DefaultCacheBehavior: { ViewerProtocolPolicy: 'https-only' },
    });
    const [origin] = distribution.Origins;
    expect(render(origin.OriginCustomHeaders[0].HeaderValue)).toBe(
      `{{resolve:secretsmanager:<${secretId}>:SecretString:origin_secret::}}`,
    );
    expect(render(origin.DomainName)).toMatch(/^<HttpApi\w+>\.execute-api\./);
  });

  it('forwards what the functions read, and the address of the viewer', () => {
    const [policy] = propertiesOf(template, 'AWS::CloudFront::OriginRequestPolicy');
    expect(policy.OriginRequestPolicyConfig.HeadersConfig.Headers).toEqual(
      expect.arrayContaining(['CloudFront-Viewer-Address', 'Idempotency-Key', 'Content-Type']),
    );
    const HeadersConfig = { HeaderBehavior: 'whitelist', Headers: ['Authorization'] };
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        DefaultTTL: 0,
        MinTTL: 0,
        ParametersInCacheKeyAndForwardedToOrigin: { HeadersConfig },
      },
    });
  });

  it('gives its secret to start alone', () => {
    for (const [name, id] of Object.entries(functionIds(template))) {
      const isStart = name === 'start';
      expect([name, 'EDGE_SECRET' in variablesOf(template, name)]).toEqual([name, isStart]);
      const read = `secretsmanager:GetSecretValue <${secretId}>`;
      expect([name, permissionsOf(template, id).includes(read)]).toEqual([name, isStart]);
    }
  });

  it('publishes CloudFront’s address to apps, and keeps the issuer of proofs', () => {
    const urlOf = (name: string): string => render(variablesOf(template, name).PUBLIC_URL);
    expect(urlOf('contracts')).toMatch(/^https:\/\/<EdgeDistribution\w+>$/);
    expect(urlOf('proof')).toMatch(/^<HttpApi\w+>$/);
    const outputs = template.findOutputs('*');
    expect(render(outputs.EdgeUrl?.Value)).toBe(urlOf('contracts'));
    expect(render(outputs.WebhookUrl?.Value)).toMatch(/^<HttpApi\w+>\/webhook$/);
  });

  it('sends the version of its secret that the stage names', () => {
    const secretVersion = '0f6b7e2c-1d2e-4f3a-8b9c-0a1b2c3d4e5f';
    expect(JSON.stringify(distributionOf({ secretVersion }))).toContain(
      `:SecretString:origin_secret::${secretVersion}}}`,
    );
  });

  it('uses the custom domain of the stage', () => {
    const domain = { domainName: 'login.example.com', certificateArn };
    expect(distributionOf({ domain })).toMatchObject({
      Aliases: ['login.example.com'],
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
  });

  it('caches no error: 0 s for every status whose caching can be set', () => {
    expect(distributionOf().CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
    );
  });

  const inEurope = (arn: string): string => arn.replace('us-east-1', 'eu-west-1');
  it.each([
    ['an invalid version', { secretVersion: 'AWSCURRENT' }, /secretVersion/],
    ['a WAF of a region', { webAclArn: inEurope(EDGE.webAclArn) }, /webAclArn/],
    [
      'a certificate of another region',
      { domain: { domainName: 'a.example', certificateArn: inEurope(certificateArn) } },
      /must be in us-east-1/,
    ],
  ])('refuses %s', (_what, edge, message) => {
    expect(() => getStage('prod', { edge: { ...EDGE, ...edge } })).toThrow(message);
  });
});

describe('a stage without an edge', () => {
  it('has no distribution and no secret for one', () => {
    const without = synthesize('prod');
    without.resourceCountIs('AWS::CloudFront::Distribution', 0);
    expect(JSON.stringify(without.toJSON())).not.toContain('EDGE_SECRET');
  });
});

describe('the firewall', () => {
  const { address } = getStage('prod').limits;
  const app = new App({ context: cdkContext(), builtinCloudFormationValidation: false });
  const props = { stageName: 'prod', addressLimit: address };
  const stack = new FirewallStack(app, 'SilentAuthFirewall-prod', props);
  const template = Template.fromStack(stack);
  const [webAcl] = propertiesOf(template, 'AWS::WAFv2::WebACL');

  it('is where CloudFront looks for it', () => {
    expect([stack.region, webAcl.Scope]).toEqual(['us-east-1', 'CLOUDFRONT']);
    expect(Object.keys(template.findOutputs('*'))).toEqual(['WebAclArn']);
  });

  it('lets an address start as often as the stage does, in every spelling of the path', () => {
    expect(webAcl.Rules[0].Statement.RateBasedStatement).toMatchObject({
      AggregateKeyType: 'IP',
      EvaluationWindowSec: 300,
      Limit: (address.count * 300) / address.windowSeconds,
      ScopeDownStatement: {
        ByteMatchStatement: {
          SearchString: '/start',
          TextTransformations: [{ Type: 'URL_DECODE' }, { Type: 'NORMALIZE_PATH' }],
        },
      },
    });
  });

  it('keeps no sample of a request, because its headers hold tokens', () => {
    expect(webAcl.Rules.length).toBeGreaterThan(2);
    for (const { VisibilityConfig } of [webAcl, ...webAcl.Rules]) {
      expect(VisibilityConfig).toMatchObject({
        CloudWatchMetricsEnabled: true,
        SampledRequestsEnabled: false,
      });
    }
  });
});
