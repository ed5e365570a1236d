/**
 * The WebSocket API: `$connect` checks the token by itself, `$default` answers through a route
 * response. There is no `$disconnect`. Its default address stays open even with a custom domain,
 * because pushes go through it.
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
import type { Functions } from '../functions.ts';
import type { Stage } from '../stage.ts';
import { createAccessLogs } from './access-logs.ts';
import { createDomain } from './custom-domain.ts';
import { grantExactly, type LambdaFunction } from './lambda-function.ts';
import { throttleRoutes } from './route-throttles.ts';

export class WebSocketApi extends Construct {
  readonly api: WebSocketApiBase;
  /** What apps connect to, `wss://…`. */
  readonly url: string;
  /** Of the address that API Gateway makes, as a browser writes it. */
  readonly origin: string;
  /** Endpoint of the management API, `https://…/<stage>`. */
  readonly managementUrl: string;
  /** Set with a custom domain: what its DNS record must point at. */
  readonly domain: DomainName | undefined;
  private readonly stage: Stage;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.stage = stage;
    this.api = new WebSocketApiBase(this, 'Api', {
      apiName: `silent-auth-${stage.name}-websocket`,
      routeSelectionExpression: '$request.body.action',
    });
    this.domain = createDomain(this, stage.websocketDomain);
    // Made of the API's id and the stage's literal name: a reference to the stage would be a cycle,
    // because the stage waits for its routes and these for the functions that are told the URL.
    const { region, urlSuffix } = Stack.of(this);
    const host = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.origin = `https://${host}`;
    this.managementUrl = `https://${host}/${stage.name}`;
    this.url = stage.websocketDomain
      ? `wss://${stage.websocketDomain.domainName}`
      : `wss://${host}/${stage.name}`;
  }

  /** Opens the routes; once, when both functions exist. Returns what makes them public. */
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
    const { rate, burst } = this.stage.websocketThrottle;
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: this.stage.name,
      autoDeploy: true,
      throttle: { rateLimit: rate, burstLimit: burst },
      accessLogSettings: createAccessLogs(this, 'websocket', this.stage),
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
    const resourceName = `${this.stage.name}/${method}/@connections/*`;
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
      reason: 'Connection ids are made at run time; the API, its stage and the method are fixed.',
    });
  }
}
