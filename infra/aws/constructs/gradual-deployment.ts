/**
 * New code receives a tenth of the invocations for five minutes, and is rolled back automatically
 * when the alarm of its function and version rings. The API's 5xx does not count, because anybody
 * could stop every deployment with it.
 */

import { Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import {
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FunctionName } from '../../../shared/config.ts';

const POLICY = 'service-role/AWSCodeDeployRoleForLambdaLimited';

export interface GradualDeploymentProps {
  /** By function. */
  readonly aliases: ReadonlyMap<FunctionName, Alias>;
  /** @default no alarm stops a deployment */
  readonly alarmOf: ((name: FunctionName) => IAlarm) | undefined;
}

export class GradualDeployment extends Construct {
  constructor(scope: Construct, id: string, { aliases, alarmOf }: GradualDeploymentProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      description: 'Shifts invocations from one version of a function to the next',
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(POLICY)],
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${POLICY}]`,
      reason: 'The policy that CodeDeploy documents for Lambda; no function has it.',
    });
    for (const [name, alias] of aliases) {
      new LambdaDeploymentGroup(this, name, {
        application,
        role,
        alias,
        ...(alarmOf && { alarms: [alarmOf(name)] }),
        deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      });
    }
  }
}
