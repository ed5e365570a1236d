/**
 * The parameter with which operators switch channels off without a deployment. The stack names it
 * and grants reading it; `npm run configure` creates it. It is not a resource of the stack, because
 * any update of that resource would overwrite the value that operators have set.
 */

import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { grantExactly, type LambdaFunction } from './lambda-function.ts';

export interface ChannelSwitchProps {
  readonly stageName: string;
  /**
   * Keeps the resource that older releases had, so that it stays in the account when the next
   * deployment leaves it out.
   */
  readonly retainsOldResource: boolean;
}

export class ChannelSwitch extends Construct {
  readonly parameterName: string;

  constructor(scope: Construct, id: string, { stageName, retainsOldResource }: ChannelSwitchProps) {
    super(scope, id);
    this.parameterName = `/silent-auth/${stageName}/channels-off`;
    if (!retainsOldResource) return;
    // Exactly the properties of older releases, because an update would overwrite the value.
    const parameter = new StringParameter(this, 'Parameter', {
      parameterName: this.parameterName,
      description: 'Channels that no start uses, such as "sms,voice", or "none"',
      allowedPattern: '^(none|[a-z_]+(,[a-z_]+)*)$',
      stringValue: 'none',
    });
    parameter.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }

  grantRead(grantee: LambdaFunction): void {
    const parameterArn = Stack.of(this).formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: this.parameterName.slice(1),
    });
    grantExactly(grantee, 'ssm:GetParameter', parameterArn);
  }
}
