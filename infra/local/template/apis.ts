/** The template's API Gateway APIs with their routes, authorizers, limits. */
import { LocalStackError } from '../error.ts';
import {
  type ApiProperties,
  type AuthorizerProperties,
  apiProperties,
  authorizerProperties,
  integrationProperties,
  type RouteProperties,
  routeProperties,
  routeResponseProperties,
  type StageProperties,
  stageProperties,
} from './api-properties.ts';
import { toFunctionName } from './resource-names.ts';
import type { Resource, Resources } from './resources.ts';

export interface JwtAuthorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Header that carries the token, lower case. */
  readonly header: string;
  /** One of these must be in the token; empty: none needed. */
  readonly scopes: readonly string[];
}

/** A token bucket: requests per second, and the burst. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

export interface Route {
  readonly routeKey: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly throttle: Throttle;
  readonly authorizer: JwtAuthorizer | undefined;
  /** WebSocket only: whether the function's result is sent to the client. */
  readonly answers: boolean;
}

export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly allowCredentials: boolean;
}

export interface Api {
  readonly apiId: string;
  readonly accountId: string;
  readonly protocol: 'HTTP' | 'WEBSOCKET';
  readonly stage: string;
  readonly routes: readonly Route[];
  readonly cors: Cors | undefined;
  /** WebSocket only: where a message holds its route key. */
  readonly routeSelectionExpression: string;
}

/** The throttle of an AWS account, used where the template sets none. */
const ACCOUNT_THROTTLE: Throttle = { rate: 10_000, burst: 5_000 };
/** API Gateway's longest wait for an integration: HTTP 30 s, WebSocket 29 s. */
const MAX_TIMEOUT_MS = { HTTP: 30_000, WEBSOCKET: 29_000 } as const;

/** @throws LocalStackError unless there is exactly one API of that protocol, with one stage */
export function readApi(resources: Resources, protocol: Api['protocol']): Api {
  const api = only(
    resources
      .ofType('AWS::ApiGatewayV2::Api', apiProperties)
      .filter(({ properties }) => properties.ProtocolType === protocol),
    `${protocol} API`,
  );
  const stage = only(
    resources
      .ofType('AWS::ApiGatewayV2::Stage', stageProperties)
      .filter(({ properties }) => properties.ApiId === api.reference),
    `stage of the ${protocol} API`,
  ).properties;
  if (protocol === 'HTTP' && stage.StageName !== '$default') {
    throw new LocalStackError('the HTTP API needs the stage $default: paths have no prefix');
  }
  return {
    apiId: api.reference,
    accountId: resources.place.accountId,
    protocol,
    stage: stage.StageName,
    routes: readRoutes(resources, api.reference, protocol, stage),
    cors: toCors(api.properties.CorsConfiguration),
    routeSelectionExpression: api.properties.RouteSelectionExpression,
  };
}

function readRoutes(
  resources: Resources,
  apiId: string,
  protocol: Api['protocol'],
  stage: StageProperties,
): Route[] {
  const integrations = byLogicalId(
    resources.ofType('AWS::ApiGatewayV2::Integration', integrationProperties),
  );
  const authorizers = byLogicalId(
    resources.ofType('AWS::ApiGatewayV2::Authorizer', authorizerProperties),
  );
  const answering = new Set(
    resources
      .ofType('AWS::ApiGatewayV2::RouteResponse', routeResponseProperties)
      .map(({ properties }) => properties.RouteId),
  );
  return resources
    .ofType('AWS::ApiGatewayV2::Route', routeProperties)
    .filter(({ properties }) => properties.ApiId === apiId)
    .map(({ logicalId, properties: route }) => {
      const integration = integrations.get(route.Target.slice('integrations/'.length));
      if (!integration) throw new LocalStackError(`${logicalId} has no integration`);
      if (protocol === 'HTTP' && integration.PayloadFormatVersion !== '2.0') {
        throw new LocalStackError(`${logicalId}: only payload format 2.0 is known`);
      }
      return {
        routeKey: route.RouteKey,
        functionName: toFunctionName(integration.IntegrationUri),
        timeoutMs: integration.TimeoutInMillis ?? MAX_TIMEOUT_MS[protocol],
        throttle: toThrottle(stage, route.RouteKey),
        authorizer:
          route.AuthorizationType === 'JWT'
            ? toAuthorizer(logicalId, authorizers.get(route.AuthorizerId ?? ''), route)
            : undefined,
        answers: answering.has(logicalId),
      };
    });
}

function toThrottle(stage: StageProperties, routeKey: string): Throttle {
  const own = stage.RouteSettings[routeKey];
  const general = stage.DefaultRouteSettings;
  return {
    rate: own?.ThrottlingRateLimit ?? general.ThrottlingRateLimit ?? ACCOUNT_THROTTLE.rate,
    burst: own?.ThrottlingBurstLimit ?? general.ThrottlingBurstLimit ?? ACCOUNT_THROTTLE.burst,
  };
}

function toAuthorizer(
  logicalId: string,
  authorizer: AuthorizerProperties | undefined,
  route: RouteProperties,
): JwtAuthorizer {
  if (!authorizer) throw new LocalStackError(`${logicalId} has no authorizer`);
  const [source] = authorizer.IdentitySource;
  return {
    issuer: authorizer.JwtConfiguration.Issuer,
    audience: authorizer.JwtConfiguration.Audience,
    header: source.slice('$request.header.'.length).toLowerCase(),
    scopes: route.AuthorizationScopes,
  };
}

function toCors(cors: ApiProperties['CorsConfiguration']): Cors | undefined {
  return (
    cors && {
      allowOrigins: cors.AllowOrigins,
      allowMethods: cors.AllowMethods,
      allowHeaders: cors.AllowHeaders,
      exposeHeaders: cors.ExposeHeaders,
      maxAgeSeconds: cors.MaxAge,
      allowCredentials: cors.AllowCredentials,
    }
  );
}

function byLogicalId<Properties>(
  resources: readonly Resource<Properties>[],
): ReadonlyMap<string, Properties> {
  return new Map(resources.map(({ logicalId, properties }) => [logicalId, properties]));
}

function only<Item>(items: readonly Item[], what: string): Item {
  const [item] = items;
  if (item !== undefined && items.length === 1) return item;
  throw new LocalStackError(`the template has ${items.length} of: ${what}; one is needed`);
}
