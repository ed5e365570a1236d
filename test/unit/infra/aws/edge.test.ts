import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { FirewallStack } from '../../../../infra/aws/firewall-stack.ts';
import type { EdgeSettings } from '../../../../infra/aws/stage.ts';
import { getStage } from '../../../../infra/aws/stages.ts';
import { cdkContext } from '../../../fixtures/stage-stack.ts';
import { functionName, permissionsOf, render } from './permissions.ts';
import { synthesize } from './synthesize.ts';

const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c';
const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';

describe('a stage behind CloudFront', () => {
  const template = synthesize('prod', { edge: { webAclArn } });
  const [secretId] = Object.keys(template.findResources('AWS::SecretsManager::Secret')).filter(
    (id) => id.startsWith('EdgeSecret'),
  );

  it('calls the HTTP API over TLS and proves who it is', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        WebACLId: webAclArn,
        Origins: [
          {
            CustomOriginConfig: {
              OriginProtocolPolicy: 'https-only',
              OriginSSLProtocols: ['TLSv1.2'],
            },
            OriginCustomHeaders: [{ HeaderName: 'x-origin-secret' }],
          },
        ],
        DefaultCacheBehavior: { ViewerProtocolPolicy: 'https-only' },
      },
    });
    const [distribution] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    const [origin] = distribution?.Properties.DistributionConfig.Origins ?? [];
    expect(render(origin.OriginCustomHeaders[0].HeaderValue)).toBe(
      `{{resolve:secretsmanager:<${secretId}>:SecretString:origin_secret::}}`,
    );
    expect(render(origin.DomainName)).toMatch(/^<HttpApi\w+>\.execute-api\./);
  });

  it('forwards what the functions read, and the address of the viewer', () => {
    const [policy] = Object.values(template.findResources('AWS::CloudFront::OriginRequestPolicy'));
    const { HeadersConfig } = policy?.Properties.OriginRequestPolicyConfig ?? {};
    expect(HeadersConfig.Headers).toEqual(
      expect.arrayContaining(['CloudFront-Viewer-Address', 'Idempotency-Key', 'Content-Type']),
    );
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        DefaultTTL: 0,
        MinTTL: 0,
        ParametersInCacheKeyAndForwardedToOrigin: {
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Authorization'] },
        },
      },
    });
  });

  it('tells its secret to start and to nobody else', () => {
    const functions = template.findResources('AWS::Lambda::Function');
    const told = Object.entries(functions).filter(
      ([, { Properties }]) => Properties.Environment.Variables.EDGE_SECRET !== undefined,
    );
    expect(told.map(([, { Properties }]) => functionName(Properties))).toEqual(['start']);
    const readers = Object.keys(functions).filter((id) =>
      permissionsOf(template, id).includes(`secretsmanager:GetSecretValue <${secretId}>`),
    );
    expect(readers).toEqual(told.map(([id]) => id));
  });

  it('publishes CloudFront’s address to apps, and keeps the issuer of proofs', () => {
    const urlOf = (name: string): string => {
      const functions = Object.values(template.findResources('AWS::Lambda::Function'));
      const found = functions.find(({ Properties }) => functionName(Properties) === name);
      return render(found?.Properties.Environment.Variables.PUBLIC_URL);
    };
    expect(urlOf('contracts')).toMatch(/^https:\/\/<EdgeDistribution\w+>$/);
    expect(urlOf('proof')).toMatch(/^<HttpApi\w+>$/);
    const outputs = template.findOutputs('*');
    expect(render(outputs.EdgeUrl?.Value)).toBe(urlOf('contracts'));
    expect(render(outputs.WebhookUrl?.Value)).toMatch(/^<HttpApi\w+>\/webhook$/);
  });

  it('closes the API’s own address for starts where it is the only way', () => {
    const isClosed = (edge: EdgeSettings): boolean =>
      Object.values(synthesize('prod', { edge }).findResources('AWS::Lambda::Function')).some(
        ({ Properties }) => Properties.Environment.Variables.EDGE_ONLY === 'true',
      );
    expect(isClosed({ webAclArn, onlyWay: true })).toBe(true);
    expect(isClosed({ webAclArn, onlyWay: false })).toBe(false);
    expect(isClosed({ webAclArn })).toBe(false);
  });

  it('sends the version of its secret that the stage names', () => {
    const secretVersion = '0f6b7e2c-1d2e-4f3a-8b9c-0a1b2c3d4e5f';
    const rotated = synthesize('prod', { edge: { webAclArn, secretVersion } });
    expect(JSON.stringify(rotated.findResources('AWS::CloudFront::Distribution'))).toContain(
      `:SecretString:origin_secret::${secretVersion}}}`,
    );
  });

  it('has nothing of it where the stage has no edge', () => {
    const without = synthesize('prod');
    without.resourceCountIs('AWS::CloudFront::Distribution', 0);
    expect(JSON.stringify(without.toJSON())).not.toContain('EDGE_SECRET');
  });

  it('takes a custom domain', () => {
    const domain = { domainName: 'login.example.com', certificateArn };
    synthesize('prod', { edge: { webAclArn, domain } }).hasResourceProperties(
      'AWS::CloudFront::Distribution',
      {
        DistributionConfig: {
          Aliases: ['login.example.com'],
          ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021' },
        },
      },
    );
  });

  it.each([
    ['a version that is none', { webAclArn, secretVersion: 'AWSCURRENT' }, /secretVersion/],
    ['a WAF of a region', { webAclArn: webAclArn.replace('us-east-1', 'eu-west-1') }, /webAclArn/],
    [
      'a certificate elsewhere',
      {
        webAclArn,
        domain: {
          domainName: 'a.example',
          certificateArn: certificateArn.replace('us-east-1', 'eu-west-1'),
        },
      },
      /must be in us-east-1/,
    ],
  ])('refuses %s', (_what, edge, message) => {
    expect(() => getStage('prod', { edge })).toThrow(message);
  });
});

describe('the firewall', () => {
  const stage = getStage('prod');
  const app = new App({ context: cdkContext(), builtinCloudFormationValidation: false });
  const stack = new FirewallStack(app, 'SilentAuthFirewall-prod', {
    stageName: 'prod',
    addressLimit: stage.limits.address,
  });
  const template = Template.fromStack(stack);
  const [webAcl] = Object.values(template.findResources('AWS::WAFv2::WebACL'));
  const rules = webAcl?.Properties.Rules ?? [];

  it('is where CloudFront looks for it', () => {
    expect(stack.region).toBe('us-east-1');
    template.hasResourceProperties('AWS::WAFv2::WebACL', { Scope: 'CLOUDFRONT' });
    expect(Object.keys(template.findOutputs('*'))).toEqual(['WebAclArn']);
  });

  it('lets an address start as often as the stage does, however it writes the path', () => {
    const [starts] = rules;
    expect(starts.Statement.RateBasedStatement).toMatchObject({
      AggregateKeyType: 'IP',
      EvaluationWindowSec: 300,
      Limit: (stage.limits.address.count * 300) / stage.limits.address.windowSeconds,
    });
    const { ByteMatchStatement } = starts.Statement.RateBasedStatement.ScopeDownStatement;
    expect(ByteMatchStatement).toMatchObject({
      SearchString: '/start',
      TextTransformations: [{ Type: 'URL_DECODE' }, { Type: 'NORMALIZE_PATH' }],
    });
  });

  it('keeps no sample of a request, whose headers hold tokens', () => {
    const all = [webAcl?.Properties, ...rules];
    expect(all.length).toBeGreaterThan(3);
    for (const { VisibilityConfig } of all) {
      expect(VisibilityConfig).toMatchObject({
        CloudWatchMetricsEnabled: true,
        SampledRequestsEnabled: false,
      });
    }
  });
});

describe('errors through CloudFront', () => {
  it('are never kept: 0 s for every status whose caching can be set', () => {
    const template = synthesize('prod', { edge: { webAclArn } });
    const [distribution] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    expect(distribution?.Properties.DistributionConfig.CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
    );
  });
});
