import type { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { addChecks } from '../../../infra/aws/checks.ts';
import { FirewallStack } from '../../../infra/aws/firewall-stack.ts';
import type { Stage } from '../../../infra/aws/stage.ts';
import { getStage } from '../../../infra/aws/stages.ts';
import { createCompanyStack } from '../../fixtures/company-stack.ts';
import { createStageStack, tinyBundles } from '../../fixtures/stage-stack.ts';

const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c';

const domain = (domainName: string, region = 'eu-west-1') => ({
  domainName,
  certificateArn: `arn:aws:acm:${region}:111122223333:certificate/0a1b`,
});

/** Settings that add resources of every kind there is. */
const EVERYTHING: Partial<Stage> = {
  authorizer: { issuer: 'https://login.example.com', audience: ['app'] },
  httpDomain: domain('verify.example.com'),
  websocketDomain: domain('live.example.com'),
  alarmEmail: 'ops@example.com',
  edge: {
    webAclArn,
    secretVersion: '0f6b7e2c-1d2e-4f3a-8b9c-0a1b2c3d4e5f',
    onlyWay: true,
    domain: domain('login.example.com', 'us-east-1'),
  },
  reservedConcurrency: { webhook: 5 },
};

function create(name: string, settings: Partial<Stage>): App {
  const { app } = createStageStack(getStage(name, settings), {
    bundles: tinyBundles,
    obeysRules: true,
  });
  addChecks(app);
  return app;
}

describe('cdk-nag and the rules of CloudFormation', () => {
  // First, because the engine of the rules is made for the kinds it sees, and again for others.
  it('find nothing unexplained in prod with everything, its firewall and the Cognito sign-in', () => {
    const app = create('prod', EVERYTHING);
    new FirewallStack(app, 'SilentAuthFirewall-prod', {
      stageName: 'prod',
      addressLimit: getStage('prod').limits.address,
    });
    createCompanyStack(app, { bundle: tinyBundles.proof });
    expect(() => app.synth()).not.toThrow();
  });

  it.each<[string, Partial<Stage>]>([
    ['dev', {}],
    ['prod', {}],
    ['prod', { edge: { webAclArn }, events: false, apiGatewayLogsRole: false }],
  ])('find nothing unexplained in %s with %o', (name, settings) => {
    expect(() => create(name, settings).synth()).not.toThrow();
  });
});
