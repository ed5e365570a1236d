/**
 * The parameter by which operators switch channels off without a deployment. CloudFormation writes it
 * again only when its value here changes, which it never does.
 */

import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { grantExactly, type LambdaFunction } from './lambda-function.ts';

export class ChannelSwitch extends Construct {
  readonly parameter: StringParameter;

  constructor(scope: Construct, id: string, stageName: string) {
    super(scope, id);
    this.parameter = new StringParameter(this, 'Parameter', {
      parameterName: `/silent-auth/${stageName}/channels-off`,
      description: 'Channels that no start uses, such as "sms,voice", or "none"',
      allowedPattern: '^(none|[a-z_]+(,[a-z_]+)*)$',
      stringValue: 'none',
    });
  }

  grantRead(grantee: LambdaFunction): void {
    grantExactly(grantee, 'ssm:GetParameter', this.parameter.parameterArn);
  }
}
