/** The properties of API Gateway's resources, as far as the local stack understands them. */
import { z } from 'zod';

const limits = z.strictObject({
  DataTraceEnabled: z.boolean().optional(),
  DetailedMetricsEnabled: z.boolean().optional(),
  LoggingLevel: z.string().optional(),
  ThrottlingBurstLimit: z.number().optional(),
  ThrottlingRateLimit: z.number().optional(),
});
export const apiProperties = z.object({
  CorsConfiguration: z
    .strictObject({
      AllowCredentials: z.boolean().default(false),
      AllowHeaders: z.array(z.string()).default([]),
      AllowMethods: z.array(z.string()).default([]),
      // API Gateway's own rule and error message.
      AllowOrigins: z
        .array(z.string().regex(/^(\*|https?:\/\/.+)$/, 'Invalid format for origin'))
        .default([]),
      ExposeHeaders: z.array(z.string()).default([]),
      MaxAge: z.number().optional(),
    })
    .optional(),
  ProtocolType: z.enum(['HTTP', 'WEBSOCKET']),
  RouteSelectionExpression: z.string().default('$request.method $request.path'),
});
export const stageProperties = z.object({
  ApiId: z.string(),
  DefaultRouteSettings: limits.default({}),
  RouteSettings: z.record(z.string(), limits).default({}),
  StageName: z.string(),
});
export const integrationProperties = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.string().optional(),
  TimeoutInMillis: z.number().optional(),
});
export const routeProperties = z.object({
  ApiId: z.string(),
  AuthorizationScopes: z.array(z.string()).default([]),
  AuthorizationType: z.enum(['NONE', 'JWT']).default('NONE'),
  AuthorizerId: z.string().optional(),
  RouteKey: z.string(),
  Target: z.string().startsWith('integrations/'),
});
export const authorizerProperties = z.object({
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.string().startsWith('$request.header.')]),
  JwtConfiguration: z.strictObject({ Audience: z.array(z.string()), Issuer: z.string() }),
});
export const routeResponseProperties = z.object({
  RouteId: z.string(),
  RouteResponseKey: z.literal('$default'),
});

export type ApiProperties = z.infer<typeof apiProperties>;
export type StageProperties = z.infer<typeof stageProperties>;
export type RouteProperties = z.infer<typeof routeProperties>;
export type AuthorizerProperties = z.infer<typeof authorizerProperties>;
