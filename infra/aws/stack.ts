/** The whole backend of one stage. Construct ids are a contract: renaming one replaces the resource. */

import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Bundles } from './bundle.ts';
import { Alarms } from './constructs/alarms.ts';
import { ApiGatewayLogsRole } from './constructs/api-gateway-logs-role.ts';
import { BusinessDashboard } from './constructs/business-dashboard.ts';
import { ChannelSwitch } from './constructs/channel-switch.ts';
import { ClockQueue } from './constructs/clock-queue.ts';
import { DeploymentAlarms } from './constructs/deployment-alarms.ts';
import { Edge } from './constructs/edge.ts';
import { GradualDeployment } from './constructs/gradual-deployment.ts';
import { HttpApi } from './constructs/http-api.ts';
import { SavedQueries } from './constructs/saved-queries.ts';
import { Secrets } from './constructs/secrets.ts';
import { Tables } from './constructs/tables.ts';
import { TechnicalDashboard } from './constructs/technical-dashboard.ts';
import { WebSocketApi } from './constructs/websocket-api.ts';
import { createFunctions, liveAliases } from './functions.ts';
import { assertRegion } from './regions.ts';
import type { Stage } from './stage.ts';

export interface SilentAuthStackProps extends StackProps {
  readonly stage: Stage;
  readonly bundles: Bundles;
  /** Deploys even while a deployment alarm rings. @default false */
  readonly withoutDeploymentAlarms?: boolean;
  /** Keeps the parameter of an older release when it leaves the template. @default false */
  readonly retainsChannelSwitch?: boolean;
}

export class SilentAuthStack extends Stack {
  constructor(scope: Construct, id: string, props: SilentAuthStackProps) {
    // A stage with real users cannot be deleted by one command.
    super(scope, id, { terminationProtection: !props.stage.playground, ...props });
    const { stage, bundles, withoutDeploymentAlarms = false, retainsChannelSwitch = false } = props;
    assertRegion(this.region);
    const tables = new Tables(this, 'Tables');
    const secrets = new Secrets(this, 'Secrets');
    const httpApi = new HttpApi(this, 'HttpApi', {
      stageName: stage.name,
      origins: stage.origins,
      domain: stage.httpDomain,
      authorizer: stage.authorizer,
      throttle: stage.throttle,
      routeThrottles: stage.routeThrottles,
      logRetentionDays: stage.logRetentionDays,
    });
    const websocketApi = new WebSocketApi(this, 'WebSocketApi', {
      stageName: stage.name,
      domain: stage.websocketDomain,
      throttle: stage.websocketThrottle,
      logRetentionDays: stage.logRetentionDays,
    });
    const eventBus = stage.events ? new EventBus(this, 'EventBus') : undefined;
    const channelSwitch = new ChannelSwitch(this, 'ChannelSwitch', {
      stageName: stage.name,
      retainsOldResource: retainsChannelSwitch,
    });
    const edge =
      stage.edge && new Edge(this, 'Edge', { settings: stage.edge, origin: httpApi.host });
    const clockQueue = new ClockQueue(this, 'ClockQueue');
    const apis = { httpApi, websocketApi };
    const resources = { tables, secrets, ...apis, channelSwitch, edge, eventBus, clockQueue };
    const functions = createFunctions(this, stage, bundles, resources);
    httpApi.addRoutes(functions);
    const websocketStage = websocketApi.addRoutes(functions);
    if (stage.apiGatewayLogsRole) {
      websocketStage.node.addDependency(new ApiGatewayLogsRole(this, 'ApiGatewayLogsRole'));
    }
    const channels = stage.workflow.map(({ channel }) => channel);
    new BusinessDashboard(this, 'BusinessDashboard', {
      stageName: stage.name,
      channels,
      functions,
    });
    new TechnicalDashboard(this, 'TechnicalDashboard', {
      stageName: stage.name,
      functions,
      httpApi,
      websocketApi,
      tables,
      clockQueue,
    });
    const alarms = new Alarms(this, 'Alarms', {
      stageName: stage.name,
      channels,
      runbooks: stage.runbooks,
      email: stage.alarmEmail,
      priceCeilingPerDay: stage.priceCeilingPerDay,
      httpApi,
      functions,
      tables,
      clockQueue,
    });
    if (stage.gradualDeployment) {
      const deploymentAlarms = new DeploymentAlarms(this, 'DeploymentAlarms', {
        stageName: stage.name,
        runbooks: stage.runbooks,
        functions,
        topic: alarms.pages,
      });
      new GradualDeployment(this, 'GradualDeployment', {
        aliases: liveAliases(functions),
        alarmOf: withoutDeploymentAlarms ? undefined : (name) => deploymentAlarms.of(name),
      });
    }
    new SavedQueries(this, 'SavedQueries', { stageName: stage.name, functions });
    // CDK adds a dependency on a function's role, which the function refers to anyway. Linters report
    // that as a duplicate.
    this.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: ['W3005'] } } };
    // CloudFormation accepts tags on dashboards, but its published schema does not, so linters would
    // report them.
    const options = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };
    Tags.of(this).add('application', 'silent-auth', options);
    Tags.of(this).add('stage', stage.name, options);

    this.output('ApiUrl', httpApi.url, 'Where apps call the backend');
    this.output('WebSocketUrl', websocketApi.url, 'Where apps open the WebSocket');
    this.output('WebhookUrl', `${httpApi.url}/webhook`, 'Status URL of the Vonage application');
    this.output('VonageUrl', stage.vonageBaseUrl, 'Where the backend calls Vonage');
    this.output('PrivateKeySecret', secrets.privateKey.secretArn, 'Fill in before the first start');
    this.output('SignatureSecret', secrets.signature.secretArn, 'Fill in before the first webhook');
    this.output('ProofKeySecret', secrets.proofKey.secretArn, 'Fill in before the first proof');
    this.output('ChannelSwitchName', channelSwitch.parameterName, 'Switches channels off');
    this.output('PageTopic', alarms.pages.topicArn, 'Alarms that wake somebody up');
    this.output('TicketTopic', alarms.tickets.topicArn, 'Alarms that wait for working hours');
    this.output('ClockQueueUrl', clockQueue.messages.queueUrl, 'Messages of the clock');
    const deadLetters = clockQueue.deadLetters.queueUrl;
    this.output('ClockDeadLettersUrl', deadLetters, 'Messages of the clock that failed five times');
    if (edge) {
      this.output('EdgeUrl', edge.url, 'Where apps call the backend, through CloudFront');
      this.output('EdgeDomainTarget', edge.distribution.domainName, 'For the DNS record');
      this.output(
        'EdgeSecret',
        edge.secret.secretArn,
        'Secret by which start recognises CloudFront',
      );
    }
    if (httpApi.domain) {
      this.output('ApiDomainTarget', httpApi.domain.regionalDomainName, 'For the DNS record');
    }
    if (websocketApi.domain) {
      const target = websocketApi.domain.regionalDomainName;
      this.output('WebSocketDomainTarget', target, 'For the DNS record');
    }
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
