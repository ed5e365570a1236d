/**
 * Users of a user pool sign in with a proof instead of a password (`CUSTOM_AUTH`). Add it to the
 * stack that owns the user pool, as docs/proof.md shows.
 */

import { Duration, RemovalPolicy, Token, Validations } from 'aws-cdk-lib';
import { type UserPool, type UserPoolClient, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunctionBase,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SPENT_PROOF_ATTRIBUTES, VARIABLES } from './variables.ts';

/** Longer than any verification takes; the most that Cognito allows. */
const SESSION_MINUTES = 15;
/** As long as Cognito waits for an answer. */
const TIMEOUT_SECONDS = 5;

export interface CognitoSignInProps {
  /** Its users need `phone_number` as a verified attribute. */
  readonly userPool: UserPool;
  /** `iss` of the proofs: the public URL of the deployment, without a trailing slash. */
  readonly issuer: string;
  /** `proof.audience` of its stage. */
  readonly audience: string;
  /** Made by `bundleCognitoTrigger`. */
  readonly bundle: string;
}

export class CognitoSignIn extends Construct {
  /** For apps: no secret, custom authentication only. */
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, props: CognitoSignInProps) {
    super(scope, id);
    const { userPool, issuer, audience, bundle } = props;
    if (!/^https:\/\/[^/?#]+$/.test(issuer) && !Token.isUnresolved(issuer)) {
      throw new Error('issuer must be an https origin without a trailing slash');
    }
    // Its items are worthless after a day, so it is deleted with the stack.
    const spentProofs = new TableV2(this, 'SpentProofs', {
      partitionKey: { name: SPENT_PROOF_ATTRIBUTES.jti, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: SPENT_PROOF_ATTRIBUTES.ttl,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const trigger = this.createTrigger(bundle, {
      [VARIABLES.issuer]: issuer,
      [VARIABLES.audience]: audience,
      [VARIABLES.spentProofsTable]: spentProofs.tableName,
    });
    spentProofs.grant(trigger, 'dynamodb:UpdateItem');
    userPool.addTrigger(UserPoolOperation.DEFINE_AUTH_CHALLENGE, trigger);
    userPool.addTrigger(UserPoolOperation.CREATE_AUTH_CHALLENGE, trigger);
    userPool.addTrigger(UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE, trigger);
    this.client = userPool.addClient('SilentAuthSignIn', {
      authFlows: { custom: true },
      authSessionValidity: Duration.minutes(SESSION_MINUTES),
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      disableOAuth: true,
      generateSecret: false,
    });
    Validations.of(spentProofs).acknowledge({
      id: 'AwsSolutions::AwsSolutions-DDB3',
      reason: 'A spent proof matters for 15 minutes; restoring older ones would help nobody.',
    });
  }

  private createTrigger(
    bundle: string,
    environment: Readonly<Record<string, string>>,
  ): LambdaFunctionBase {
    const logs = new LogGroup(this, 'TriggerLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'TriggerRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the Cognito trigger may do',
    });
    logs.grant(role, 'logs:CreateLogStream', 'logs:PutLogEvents');
    const trigger = new LambdaFunctionBase(this, 'Trigger', {
      description: 'Signs users in with a proof (docs/examples/cognito/trigger.ts)',
      code: Code.fromAsset(bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      role,
      logGroup: logs,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      environment: { ...environment },
    });
    Validations.of(trigger).acknowledge(
      {
        id: 'Serverless::Serverless-LambdaDLQ',
        reason:
          'Cognito invokes it synchronously: the user is notified of a failure and signs in again.',
      },
      {
        id: 'Serverless::Serverless-LambdaTracing',
        reason: 'One call and one write; its log line tells which of them failed.',
      },
    );
    return trigger;
  }
}
