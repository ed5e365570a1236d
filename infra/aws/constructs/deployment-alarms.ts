/**
 * One alarm per function and version, watched by CodeDeploy while it shifts traffic. The version is
 * part of the alarm's name, so the alarm of a new version begins without data, and a defect of the
 * live version does not block the deployment of its fix.
 */

import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type IAlarm,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FunctionName } from '../../../shared/config.ts';
import { metricsOf } from '../metrics.ts';
import { ALIAS_NAME, type Functions } from './lambda-function.ts';

/**
 * One failure may be an accident of the platform; a second one within five minutes points to the
 * version.
 */
const THRESHOLD = 2;
const PERIOD = Duration.minutes(5);

export interface DeploymentAlarmsProps {
  readonly stageName: string;
  /** Folder or URL of `deployment.md`. */
  readonly runbooks: string;
  readonly functions: Functions;
  readonly topic: ITopic;
}

export class DeploymentAlarms extends Construct {
  private readonly alarms = new Map<string, IAlarm>();

  constructor(scope: Construct, id: string, props: DeploymentAlarmsProps) {
    super(scope, id);
    const { stageName, runbooks, functions, topic } = props;
    const metrics = metricsOf(stageName);
    for (const [name, lambda] of Object.entries(functions)) {
      const { functionName } = lambda;
      const { version } = lambda.currentVersion;
      // Lambda adds `ExecutedVersion` only while an alias points at two versions.
      const crashes = new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Errors',
        dimensionsMap: {
          FunctionName: functionName,
          Resource: `${functionName}:${ALIAS_NAME}`,
          ExecutedVersion: version,
        },
        statistic: Stats.SUM,
        period: PERIOD,
      });
      const defects = metrics.ofVersion('InternalErrorByVersion', functionName, version);
      const alarm = new Alarm(this, name, {
        alarmName: `silent-auth-${stageName}-deployment-${name}-${version}`,
        alarmDescription:
          `At least ${THRESHOLD} invocations of the new version of ${name} crashed or were ` +
          `answered 500 in 5 minutes. Runbook: ${runbooks}/deployment.md`,
        metric: new MathExpression({
          expression: 'FILL(crashes, 0) + FILL(defects, 0)',
          usingMetrics: { crashes, defects },
          period: PERIOD,
        }),
        threshold: THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(topic));
      this.alarms.set(name, alarm);
    }
  }

  of(name: FunctionName): IAlarm {
    const alarm = this.alarms.get(name);
    if (alarm === undefined) throw new Error(`there is no deployment alarm of ${name}`);
    return alarm;
  }
}
