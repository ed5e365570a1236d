/** The HTTP API with every route of `HTTP_ROUTES`. Only `POST /start` can have a JWT authorizer. */

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
import { CORS, type FunctionName, HTTP_ROUTES } from '../../../shared/config.ts';
import type { CustomDomain, JwtAuthorizer, Throttle } from '../stage.ts';
import { createAccessLogs } from './access-logs.ts';
import { createDomain } from './custom-domain.ts';
import type { Functions } from './lambda-function.ts';
import { throttleRoutes } from './route-throttles.ts';

const AUTHORIZED_ROUTE = 'POST /start';

export interface HttpApiProps {
  readonly stageName: string;
  /** Origins of web pages and WebViews that may call the API; none: no CORS. */
  readonly origins: readonly string[];
  /** @default the address that API Gateway creates */
  readonly domain: CustomDomain | undefined;
  /** @default anybody may call `POST /start` */
  readonly authorizer: JwtAuthorizer | undefined;
  readonly throttle: Throttle;
  /** By route key. */
  readonly routeThrottles: Readonly<Record<string, Throttle>>;
  readonly logRetentionDays: number;
}

export class HttpApi extends Construct {
  readonly api: HttpApiBase;
  /** Address for clients and Vonage, without a trailing slash. */
  readonly url: string;
  /** Host that CloudFront calls. */
  readonly host: string;
  /** Origin of the address that API Gateway creates. */
  readonly defaultOrigin: string;
  /** Set with a custom domain: its DNS record must point at this domain's regional name. */
  readonly domain: DomainName | undefined;
  private readonly props: HttpApiProps;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    this.props = props;
    this.api = new HttpApiBase(this, 'Api', {
      apiName: `silent-auth-${props.stageName}`,
      createDefaultStage: false,
      ...cors(props.origins),
    });
    this.domain = createDomain(this, props.domain);
    const { region, urlSuffix } = Stack.of(this);
    this.host = props.domain?.domainName ?? `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.defaultOrigin = this.api.apiEndpoint;
    this.url = props.domain ? `https://${props.domain.domainName}` : this.api.apiEndpoint;
  }

  /** Adds the routes. Called once, when all functions exist. */
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
    const { throttle, routeThrottles, logRetentionDays } = this.props;
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
      accessLogSettings: createAccessLogs(this, 'http', logRetentionDays),
      ...(this.domain === undefined ? {} : { domainMapping: { domainName: this.domain } }),
    });
    throttleRoutes(stage, routes, routeThrottles);
  }

  private authorizer(routeKey: string): { authorizer?: HttpJwtAuthorizer } {
    const { authorizer } = this.props;
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

/**
 * Whether the gateway can refuse pages of foreign origins. Its CORS accepts only http and https
 * origins ("Invalid format for origin"). With a WebView among the origins it must allow every
 * origin, and `start` checks the origin itself.
 */
export function isKeptByGateway(origins: readonly string[]): boolean {
  return origins.every((origin) => /^https?:/.test(origin));
}

function cors(origins: readonly string[]): { corsPreflight?: CorsPreflightOptions } {
  if (origins.length === 0) return {};
  return {
    corsPreflight: {
      allowOrigins: isKeptByGateway(origins) ? [...origins] : ['*'],
      allowMethods: CORS.allowMethods.map((method) => CorsHttpMethod[method]),
      allowHeaders: [...CORS.allowHeaders],
      exposeHeaders: [...CORS.exposeHeaders],
      maxAge: Duration.seconds(CORS.maxAgeSeconds),
    },
  };
}
