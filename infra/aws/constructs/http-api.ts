/** The HTTP API with every route of `HTTP_ROUTES`; only `POST /start` may ask for a JWT. */

import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  type DomainName,
  HttpApi as HttpApiBase,
  HttpMethod,
  HttpStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { type FunctionName, HTTP_ROUTES } from '../../../shared/config.ts';
import type { Functions } from '../functions.ts';
import type { Stage } from '../stage.ts';
import { createAccessLogs } from './access-logs.ts';
import { createDomain } from './custom-domain.ts';
import { throttleRoutes } from './route-throttles.ts';

const AUTHORIZED_ROUTE = 'POST /start';

export class HttpApi extends Construct {
  readonly api: HttpApiBase;
  /** Where clients and Vonage find it, without a trailing slash. */
  readonly url: string;
  /** Host that CloudFront calls. */
  readonly host: string;
  /** Of the address that API Gateway makes. */
  readonly defaultOrigin: string;
  /** Set with a custom domain: what its DNS record must point at. */
  readonly domain: DomainName | undefined;
  private readonly stage: Stage;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.stage = stage;
    this.api = new HttpApiBase(this, 'Api', {
      apiName: `silent-auth-${stage.name}`,
      createDefaultStage: false,
      ...cors(stage.origins),
    });
    this.domain = createDomain(this, stage.httpDomain);
    const { region, urlSuffix } = Stack.of(this);
    this.host =
      stage.httpDomain?.domainName ?? `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.defaultOrigin = this.api.apiEndpoint;
    this.url = stage.httpDomain ? `https://${stage.httpDomain.domainName}` : this.api.apiEndpoint;
  }

  /** Opens the routes; once, when all functions exist. */
  addRoutes(functions: Functions): void {
    const integrations = new Map<FunctionName, HttpLambdaIntegration>();
    const routes = Object.entries(HTTP_ROUTES).flatMap(([routeKey, name]) => {
      const integration =
        integrations.get(name) ??
        new HttpLambdaIntegration(`${name}-integration`, functions[name].target);
      integrations.set(name, integration);
      return this.api.addRoutes({
        ...toRoute(routeKey),
        integration,
        ...this.authorizer(routeKey),
      });
    });
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'The functions verify what API Gateway cannot: client tokens, and the signature of a ' +
        'webhook over its body. The stage may add a JWT authorizer to POST /start; contracts and ' +
        'public keys are public.',
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: this.stage.throttle.rate, burstLimit: this.stage.throttle.burst },
      accessLogSettings: createAccessLogs(this, 'http', this.stage),
      ...(this.domain === undefined ? {} : { domainMapping: { domainName: this.domain } }),
    });
    throttleRoutes(stage, routes, this.stage.routeThrottles);
  }

  private authorizer(routeKey: string): { authorizer?: HttpJwtAuthorizer } {
    const { authorizer } = this.stage;
    if (authorizer === undefined || routeKey !== AUTHORIZED_ROUTE) return {};
    return {
      authorizer: new HttpJwtAuthorizer('start-authorizer', authorizer.issuer, {
        jwtAudience: [...authorizer.audience],
      }),
    };
  }
}

function toRoute(routeKey: string): { path: string; methods: HttpMethod[] } {
  const [method, path] = routeKey.split(' ');
  if ((method !== HttpMethod.GET && method !== HttpMethod.POST) || path === undefined) {
    throw new Error(`route key ${routeKey} is not GET or POST and a path`);
  }
  return { path, methods: [method] };
}

function cors(origins: readonly string[]): { corsPreflight?: CorsPreflightOptions } {
  if (origins.length === 0) return {};
  return {
    corsPreflight: {
      allowOrigins: [...origins],
      allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
      allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-correlator'],
      exposeHeaders: ['retry-after', 'x-correlator'],
      maxAge: Duration.hours(1),
    },
  };
}
