/**
 * The defaults of every function: arm64, Node 24, JSON logs in its own log group, and a role that
 * may only write there until more is granted.
 */

import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  ApplicationLogLevel,
  Architecture,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFunctionBase,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type FunctionName, METRICS_NAMESPACE } from '../../../shared/config.ts';
import { serviceOf } from '../metrics.ts';
import { createLogProtection } from './log-protection.ts';

/** Below API Gateway's 30 s, above the time budget of every path (docs/architecture.md#paths). */
const TIMEOUT_SECONDS = 25;
/**
 * MB. With less memory cold starts get much slower, with more hardly faster (docs/performance.md).
 */
export const DEFAULT_MEMORY = 512;
/** Oldest warm-up event that is still useful. */
const MAX_WARM_UP_AGE = Duration.seconds(60);

/** The alias that the APIs invoke if the stage deploys gradually. */
export const ALIAS_NAME = 'live';

export interface LambdaFunctionProps {
  readonly name: FunctionName;
  readonly stageName: string;
  /** Folder with `index.mjs`. */
  readonly bundle: string;
  /** Variables of this function; telemetry's variables are added. */
  readonly environment: Readonly<Record<string, string>>;
  /** @default 25 */
  readonly timeoutSeconds: number | undefined;
  /** MB. */
  readonly memory: number;
  readonly logLevel: 'DEBUG' | 'INFO';
  readonly logRetentionDays: number;
  /** @default none */
  readonly reservedConcurrency: number | undefined;
  /** Has the alias `live`, which shifts from one version to the next. */
  readonly gradualDeployment: boolean;
}

export type Functions = Readonly<Record<FunctionName, LambdaFunction>>;

export class LambdaFunction extends LambdaFunctionBase {
  readonly logs: LogGroup;
  /** `role` of the base class may be absent; this one never is. */
  readonly ownRole: Role;
  /** Points at the version in use, if the stage deploys gradually. */
  readonly live: Alias | undefined;

  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    const { name, bundle, environment, logLevel } = props;
    // Logs follow the stack: they hold no personal data and expire anyway.
    const logs = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetentionDays,
      dataProtectionPolicy: createLogProtection(),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What the function ${name} may do`,
    });
    super(scope, id, {
      description: `${name} (functions/${name})`,
      code: Code.fromAsset(bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: Duration.seconds(props.timeoutSeconds ?? TIMEOUT_SECONDS),
      role,
      logGroup: logs,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel[logLevel],
      environment: {
        ...environment,
        POWERTOOLS_SERVICE_NAME: serviceOf(props.stageName),
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        POWERTOOLS_LOG_LEVEL: logLevel,
      },
      // The versions to which a manual rollback can point the alias.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...reservation(props.reservedConcurrency),
    });
    this.logs = logs;
    this.ownRole = role;
    this.live = props.gradualDeployment
      ? new Alias(scope, `${id}Live`, {
          aliasName: ALIAS_NAME,
          version: assignable<IVersion>(this.currentVersion),
        })
      : undefined;
    logs.grant(role, 'logs:CreateLogStream', 'logs:PutLogEvents');
    Validations.of(this).acknowledge(
      {
        id: 'Serverless::Serverless-LambdaDLQ',
        reason:
          'It is invoked synchronously: the caller of API Gateway, or the queue, sees a failure and ' +
          'repeats.',
      },
      {
        id: 'Serverless::Serverless-LambdaTracing',
        reason:
          'Traces need a permission on every resource; the log lines of a request_id show the same.',
      },
    );
  }

  /** Allows asynchronous invocations without retries, because a failed warm-up does no harm. */
  takeWarmUps(): void {
    this.target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: MAX_WARM_UP_AGE });
    Validations.of(this.live ?? this).acknowledge({
      id: 'Serverless::Serverless-LambdaAsyncFailureDestination',
      reason: 'Asynchronous invocations only warm an instance, so losing one does no harm.',
    });
  }

  /** The name for Lambda's API: the alias, if there is one. */
  get targetName(): string {
    return this.live ? `${this.functionName}:${ALIAS_NAME}` : this.functionName;
  }

  /** The function or alias that the APIs invoke. */
  get target(): IFunction {
    return this.live ? assignable<IFunction>(this.live) : this;
  }
}

/** The library's own classes do not fit its interfaces under `exactOptionalPropertyTypes`. */
function assignable<T>(construct: { [K in keyof T]: T[K] | undefined }): T {
  return construct as T;
}

function reservation(count: number | undefined): { reservedConcurrentExecutions?: number } {
  return count === undefined ? {} : { reservedConcurrentExecutions: count };
}

/** Grants one action on exactly this resource. */
export function grantExactly(grantee: IGrantable, action: string, resourceArn: string): Grant {
  return Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resourceArn] });
}
