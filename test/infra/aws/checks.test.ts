import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { addChecks } from '../../../infra/aws/checks.ts';
import { FirewallStack } from '../../../infra/aws/firewall-stack.ts';
import { getStage } from '../../../infra/aws/stage.ts';
import { cdkContext, createStageStack } from '../../fixtures/stage-stack.ts';
import { tinyBundles } from './synthesize.ts';

const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c';

/**
 * Every stage, and settings that add resources of other kinds, leave some out, or change them. The
 * fullest comes first: the engine of the rules is made for the kinds it sees, and again for others.
 */
const DEPLOYMENTS = [
  [
    'prod',
    {
      authorizer: { issuer: 'https://login.example.com', audience: ['app'] },
      httpDomain: {
        domainName: 'verify.example.com',
        certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b',
      },
      websocketDomain: {
        domainName: 'live.example.com',
        certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b',
      },
      alarmEmail: 'ops@example.com',
      edge: {
        webAclArn,
        secretVersion: '0f6b7e2c-1d2e-4f3a-8b9c-0a1b2c3d4e5f',
        onlyWay: true,
        domain: {
          domainName: 'login.example.com',
          certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b',
        },
      },
      reservedConcurrency: { webhook: 5 },
    },
  ],
  ['dev', {}],
  ['prod', {}],
  ['prod', { edge: { webAclArn }, events: false, apiGatewayLogsRole: false }],
] as const;

describe('cdk-nag and the rules of CloudFormation', () => {
  it.each(DEPLOYMENTS)('find nothing unexplained in %s with %o', (name, settings) => {
    const stage = getStage(name, settings);
    const { app } = createStageStack(stage, { bundles: tinyBundles, obeysRules: true });
    addChecks(app);
    expect(() => app.synth()).not.toThrow();
  });

  it('find nothing unexplained in the firewall', () => {
    const app = new App({ context: cdkContext() });
    new FirewallStack(app, 'SilentAuthFirewall-prod', { stage: getStage('prod') });
    addChecks(app);
    expect(() => app.synth()).not.toThrow();
  });
});
