/**
 * The WebSocket API: the function of `$connect` checks the token, that of `$default` answers
 * through a route response. There is no `$disconnect`. The default address stays open even with a
 * custom domain, because pushes go through it.
 */

import { Stack, Validations } from 'aws-cdk-lib';
import {
  type DomainName,
  WebSocketApi as WebSocketApiBase,
  WebSocketNoneAuthorizer,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { WEBSOCKET_ROUTES } from '../../../shared/config.ts';
import type { CustomDomain, Throttle } from '../stage.ts';
import { createAccessLogs } from './access-logs.ts';
import { createDomain } from './custom-domain.ts';
import { type Functions, grantExactly, type LambdaFunction } from './lambda-function.ts';
import { throttleRoutes } from './route-throttles.ts';

export interface WebSocketApiProps {
  /** Name of the stage; also the last part of its address. */
  readonly stageName: string;
  /** @default the address that API Gateway creates */
  readonly domain: CustomDomain | undefined;
  readonly throttle: Throttle;
  readonly logRetentionDays: number;
}

export class WebSocketApi extends Construct {
  readonly api: WebSocketApiBase;
  /** Address for apps, `wss://…`. */
  readonly url: string;
  /** Origin of the address that API Gateway creates. */
  readonly origin: string;
  /** Endpoint of the management API, `https://…/<stage>`. */
  readonly managementUrl: string;
  /** Set with a custom domain: its DNS record must point at this domain's regional name. */
  readonly domain: DomainName | undefined;
  private readonly props: WebSocketApiProps;

  constructor(scope: Construct, id: string, props: WebSocketApiProps) {
    super(scope, id);
    this.props = props;
    const { stageName, domain } = props;
    this.api = new WebSocketApiBase(this, 'Api', {
      apiName: `silent-auth-${stageName}-websocket`,
      routeSelectionExpression: '$request.body.action',
    });
    this.domain = createDomain(this, domain);
    // Made of the API's id and the stage's literal name: a reference to the stage would be a cycle,
    // because the stage waits for its routes and these for the functions that get the URL.
    const { region, urlSuffix } = Stack.of(this);
    const host = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.origin = `https://${host}`;
    this.managementUrl = `https://${host}/${stageName}`;
    this.url = domain ? `wss://${domain.domainName}` : `wss://${host}/${stageName}`;
  }

  /**
   * Adds the routes. Called once, when both functions exist. Returns the stage that publishes them.
   */
  addRoutes(functions: Functions): WebSocketStage {
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'connect verifies Origin and client token by itself, because an authorizer could not ' +
        'select the subprotocol; every message carries its own token.',
    });
    const routes = Object.entries(WEBSOCKET_ROUTES).map(([routeKey, name]) =>
      this.api.addRoute(routeKey, {
        integration: new WebSocketLambdaIntegration(`${name}-integration`, functions[name].target),
        ...(routeKey === '$connect'
          ? { authorizer: new WebSocketNoneAuthorizer() }
          : { returnResponse: true }),
      }),
    );
    const { stageName, logRetentionDays } = this.props;
    const { rate, burst } = this.props.throttle;
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName,
      autoDeploy: true,
      throttle: { rateLimit: rate, burstLimit: burst },
      accessLogSettings: createAccessLogs(this, 'websocket', logRetentionDays),
      ...(this.domain === undefined ? {} : { domainMapping: { domainName: this.domain } }),
    });
    throttleRoutes(
      stage,
      routes,
      Object.fromEntries(Object.keys(WEBSOCKET_ROUTES).map((key) => [key, { rate, burst }])),
    );
    return stage;
  }

  /**
   * May send to open connections (POST) or close them (DELETE). The wildcard stands for the
   * connection id.
   */
  grantConnections(grantee: LambdaFunction, method: 'POST' | 'DELETE'): void {
    const stack = Stack.of(this);
    const resourceName = `${this.props.stageName}/${method}/@connections/*`;
    const api = this.api.apiId;
    const resourceArn = stack.formatArn({ service: 'execute-api', resource: api, resourceName });
    grantExactly(grantee, 'execute-api:ManageConnections', resourceArn);
    const finding = stack.formatArn({
      partition: '<AWS::Partition>',
      region: '<AWS::Region>',
      account: '<AWS::AccountId>',
      service: 'execute-api',
      resource: `<${stack.resolve(api).Ref}>`,
      resourceName,
    });
    Validations.of(grantee.ownRole).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${finding}]`,
      reason:
        'Connection ids are created at run time; the API, its stage and the method are fixed.',
    });
  }
}
