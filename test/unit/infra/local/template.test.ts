import { describe, expect, it } from 'vitest';
import { readAssembly } from '../../../../infra/local/synthesize.ts';
import { readTemplate } from '../../../../infra/local/template.ts';
import { fixtureResources, writeAssembly } from '../../../fixtures/fixture-assembly.ts';

type Resources = ReturnType<typeof fixtureResources>;

async function read(change: (resources: Resources) => void = () => {}) {
  const resources = fixtureResources();
  change(resources);
  return readTemplate(await readAssembly(writeAssembly(resources)));
}

function setProperty(id: string, name: string, value: unknown): (resources: Resources) => void {
  return (resources) => {
    const { Properties } = resources[id] ?? {};
    if (Properties) Properties[name] = value;
  };
}

describe('readTemplate', () => {
  it('resolves references, attributes, joins and substitutions', async () => {
    const { functions, websocket } = await read();
    const environment = functions[0]?.environment;
    expect(environment?.VERIFICATIONS_TABLE).toBe('Fixture-Verifications');
    const host = `${websocket.apiId}.execute-api.eu-central-1.amazonaws.com`;
    expect(environment?.WEBSOCKET_URL).toBe(`wss://${host}/dev`);
    expect(environment?.WEBSOCKET_MANAGEMENT_URL).toBe(`https://${host}/dev`);
  });

  it('finds routes with their function, authorizer, limit and route response', async () => {
    const { http, websocket } = await read();
    const byKey = new Map(http.routes.map((route) => [route.routeKey, route]));
    expect(byKey.get('POST /act')?.functionName).toBe('Fixture-Actor');
    expect(byKey.get('POST /hasty')?.functionName).toBe('Fixture-Hasty');
    expect(byKey.get('POST /limited')?.throttle).toEqual({ rate: 0.001, burst: 2 });
    expect(byKey.get('POST /guarded')?.authorizer).toEqual({
      issuer: 'http://127.0.0.1:9',
      audience: ['app'],
      header: 'authorization',
      scopes: [],
    });
    expect(websocket.routes.map(({ routeKey, answers }) => [routeKey, answers])).toEqual([
      ['$connect', false],
      ['$default', true],
    ]);
  });

  it('follows an alias to its function', async () => {
    const Properties = { FunctionName: { Ref: 'Actor' }, FunctionVersion: '1', Name: 'live' };
    const { http } = await read((resources) => {
      resources.Live = { Type: 'AWS::Lambda::Alias', Properties };
      setProperty('ActorIntegration', 'IntegrationUri', { Ref: 'Live' })(resources);
    });
    expect(http.routes[0]?.functionName).toBe('Fixture-Actor');
  });

  it('finds custom domains in front of the APIs', async () => {
    const DomainName = 'api.example.com';
    const mapping = {
      ApiId: { Ref: 'HttpApi' },
      DomainName: { Ref: 'Domain' },
      Stage: { Ref: 'HttpStage' },
    };
    const { domains, http } = await read((resources) => {
      resources.Domain = { Type: 'AWS::ApiGatewayV2::DomainName', Properties: { DomainName } };
      resources.Mapping = { Type: 'AWS::ApiGatewayV2::ApiMapping', Properties: mapping };
    });
    expect(domains).toEqual([{ domainName: DomainName, apiId: http.apiId, stage: '$default' }]);
  });

  it("counts CloudFront's address and names as domains of the API behind it", async () => {
    const readBehind = (DomainName: unknown) =>
      read((resources) => {
        const DistributionConfig = { Aliases: ['login.example.com'], Origins: [{ DomainName }] };
        resources.Edge = {
          Type: 'AWS::CloudFront::Distribution',
          Properties: { DistributionConfig },
        };
      });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
    const host = '${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}';
    const { domains, http } = await readBehind({ 'Fn::Sub': host });
    const behind = { apiId: http.apiId, stage: '$default' };
    expect(domains).toEqual([
      { ...behind, domainName: expect.stringMatching(/^[a-z0-9]{10}\.cloudfront\.net$/) },
      { ...behind, domainName: 'login.example.com' },
    ]);
    await expect(readBehind('www.example.com')).rejects.toThrow(/origin www\.example\.com/);
  });

  it.each([
    ['a resource type', (it: Resources) => (it.S = { Type: 'AWS::S3::Bucket' }), /S \(AWS::S3/],
    ['a property', setProperty('Actor', 'Layers', ['x']), /Actor\.Layers/],
    ['an authorizer type', setProperty('Authorizer', 'AuthorizerType', 'REQUEST'), /Authorizer/],
    ['an intrinsic', setProperty('Actor', 'Handler', { 'Fn::If': ['A', 'b', 'c'] }), /Fn::If/],
    ['a runtime', setProperty('Actor', 'Runtime', 'python3.13'), /Runtime/],
    ['a stage path', setProperty('HttpStage', 'StageName', 'prod'), /\$default/],
    [
      'an attribute',
      setProperty('Actor', 'Handler', { 'Fn::GetAtt': ['Guards', 'X'] }),
      /Guards\.X/,
    ],
  ])('refuses %s that is not known', async (_, change, message) => {
    await expect(read((resources) => void change(resources))).rejects.toThrow(message);
  });
});
