/**
 * The WAF for the CloudFront distribution of a stage. AWS requires it in us-east-1 for a stage in
 * any region, so it is a separate stack that is deployed first: `npm run deploy -- -c stage=prod -c
 * firewall=true`. Its output goes into `edge.webAclArn` of the stage.
 */

import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { Limit } from '../../shared/config.ts';

const WINDOW_SECONDS = 300;
/** Lowest limit that WAF accepts. */
const LEAST_REQUESTS = 10;
const MANAGED_RULES = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
];

export interface FirewallStackProps extends StackProps {
  readonly stageName: string;
  /** The stage's own limit of one address. */
  readonly addressLimit: Limit;
}

export class FirewallStack extends Stack {
  constructor(scope: Construct, id: string, props: FirewallStackProps) {
    const { stageName, addressLimit, ...stackProps } = props;
    super(scope, id, { ...stackProps, env: { region: 'us-east-1' } });
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      scope: 'CLOUDFRONT',
      description: `Silent authentication, stage ${stageName}`,
      defaultAction: { allow: {} },
      visibilityConfig: visible('WebAcl'),
      rules: [
        {
          name: 'Starts',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: visible('Starts'),
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: toRate(addressLimit),
              evaluationWindowSec: WINDOW_SECONDS,
              scopeDownStatement: {
                byteMatchStatement: {
                  fieldToMatch: { uriPath: {} },
                  positionalConstraint: 'EXACTLY',
                  searchString: '/start',
                  // Different spellings of a path that API Gateway may treat as the same route.
                  textTransformations: [
                    { priority: 0, type: 'URL_DECODE' },
                    { priority: 1, type: 'NORMALIZE_PATH' },
                  ],
                },
              },
            },
          },
        },
        ...MANAGED_RULES.map((name, index) => ({
          name,
          priority: index + 1,
          overrideAction: { none: {} },
          visibilityConfig: visible(name),
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
        })),
      ],
    });
    Tags.of(this).add('application', 'silent-auth');
    Tags.of(this).add('stage', stageName);
    new CfnOutput(this, 'WebAclArn', { value: webAcl.attrArn, description: 'edge.webAclArn' });
  }
}

/** The stage's own limit of an address, over WAF's window: WAF refuses before a function runs. */
function toRate({ count, windowSeconds }: Limit): number {
  return Math.max(LEAST_REQUESTS, Math.ceil((count * WINDOW_SECONDS) / windowSeconds));
}

/**
 * Requests are not sampled, because a sample shows headers, which hold tokens and idempotency keys.
 */
function visible(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
