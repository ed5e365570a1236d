import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { addChecks } from '../../../infra/aws/checks.ts';
import { FirewallStack } from '../../../infra/aws/firewall-stack.ts';
import { getStage } from '../../../infra/aws/stage.ts';
import { cdkContext, createStack } from './synthesize.ts';

/** Every stage, and settings that add resources of other kinds. */
const DEPLOYMENTS = [
  ['dev', {}],
  ['prod', {}],
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
        webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c',
        domain: {
          domainName: 'login.example.com',
          certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b',
        },
      },
    },
  ],
] as const;

describe('cdk-nag', () => {
  it.each(DEPLOYMENTS)('finds nothing unexplained in %s with %o', (name, settings) => {
    const app = createStack(name, settings).node.root;
    if (!(app instanceof App)) throw new Error('the root is not an app');
    addChecks(app);
    expect(() => app.synth()).not.toThrow();
  });

  it('finds nothing unexplained in the firewall', () => {
    const app = new App({ context: cdkContext() });
    new FirewallStack(app, 'SilentAuthFirewall-prod', { stage: getStage('prod') });
    addChecks(app);
    expect(() => app.synth()).not.toThrow();
  });
});
