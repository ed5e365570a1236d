import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../../infra/aws/stage.ts';
import { readAssembly } from '../../../../infra/local/synthesize.ts';
import { readTemplate } from '../../../../infra/local/template.ts';
import { fixtureResources, writeAssembly } from '../../../fixtures/fixture-assembly.ts';
import { EDGE } from '../../../fixtures/stage-stack.ts';

type Resources = ReturnType<typeof fixtureResources>;

const read = async (resources: Resources) =>
  readTemplate(await readAssembly(writeAssembly(resources)));

// That the template of `dev` is understood is seen in every test of the running stack.
describe('readTemplate', () => {
  it('follows an alias, which prod has, to its function', async () => {
    const { functions, http, websocket } = await read(fixtureResources({}, 'prod'));
    const called = [...http.routes, ...websocket.routes].map(({ functionName }) => functionName);
    expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(called));
  });

  const domain = (region: string): NonNullable<Stage['httpDomain']> => ({
    domainName: 'login.example.com',
    certificateArn: `arn:aws:acm:${region}:111122223333:certificate/0a1b`,
  });
  const cloudFront = expect.stringMatching(/^[a-z0-9]{10}\.cloudfront\.net$/);
  it.each([
    ['custom domains', { httpDomain: domain('eu-west-1') }, ['login.example.com']],
    [
      "CloudFront's address and names",
      { edge: { ...EDGE, domain: domain('us-east-1') } },
      [cloudFront, 'login.example.com'],
    ],
  ])('counts %s as domains of the API behind them', async (_what, settings, names) => {
    const { domains, http } = await read(fixtureResources(settings));
    const behind = { apiId: http.apiId, stage: '$default' };
    expect(domains).toEqual(names.map((domainName) => ({ ...behind, domainName })));
  });

  const ORIGINS = { DistributionConfig: { Origins: [{ DomainName: 'www.example.com' }] } };
  const ifSo = { 'Fn::If': ['A', 'b', 'c'] };
  const unknown = { 'Fn::GetAtt': ['TablesGuards17CF79F1', 'X'] };
  it.each<[string, string, Partial<Resources[string]>, RegExp]>([
    ['a resource type', 'S', { Type: 'AWS::S3::Bucket' }, /S \(AWS::S3/],
    ['an origin', 'E', { Type: 'AWS::CloudFront::Distribution', Properties: ORIGINS }, /www\.ex/],
    ['a property', 'Actor', { Properties: { Layers: ['x'] } }, /Actor\.Layers/],
    ['an intrinsic', 'Actor', { Properties: { Handler: ifSo } }, /Fn::If/],
    ['an attribute', 'Actor', { Properties: { Handler: unknown } }, /Guards\w+\.X/],
    [
      'an authorizer',
      'HttpApistartauthorizerBCFC1B22',
      { Properties: { AuthorizerType: 'REQUEST' } },
      /AuthorizerType/,
    ],
    ['a runtime', 'Actor', { Properties: { Runtime: 'python3.13' } }, /Runtime/],
    ['a stage path', 'HttpApiStageCEBE8DDB', { Properties: { StageName: 'prod' } }, /\$default/],
  ])('refuses %s that is not known', async (_what, id, { Properties, ...more }, message) => {
    const authorizer = { issuer: 'https://login.example.com', audience: ['app'] };
    const resources = fixtureResources({ authorizer });
    const given = resources[id] ?? { Type: '' };
    resources[id] = { ...given, ...more, Properties: { ...given.Properties, ...Properties } };
    await expect(read(resources)).rejects.toThrow(message);
  });
});
