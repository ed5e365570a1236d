/** Access logs of the APIs: caller, route and outcome, without content. */

import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import type { IAccessLogSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Without query string, headers and path, which could hold tokens, and without the connection id.
 */
const FIELDS = {
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  sourceIp: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  status: '$context.status',
};

export const HTTP_LOG_FIELDS = {
  ...FIELDS,
  responseLength: '$context.responseLength',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationStatus: '$context.integration.integrationStatus',
  integrationError: '$context.integration.error',
  authorizerError: '$context.authorizer.error',
};

export const WEBSOCKET_LOG_FIELDS = {
  ...FIELDS,
  eventType: '$context.eventType',
  integrationLatency: '$context.integration.latency',
  integrationStatus: '$context.integration.status',
  integrationError: '$context.integration.error',
};

/**
 * The log group is named under `/aws/vendedlogs/`, where API Gateway needs no resource policy of
 * its own: an account has only ten of those.
 */
export function createAccessLogs(
  scope: Construct,
  api: 'http' | 'websocket',
  retentionDays: number,
): IAccessLogSettings {
  const logGroup = new LogGroup(scope, 'AccessLogs', {
    logGroupName: `/aws/vendedlogs/${Stack.of(scope).stackName}/${api}-access`,
    retention: retentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const fields = api === 'http' ? HTTP_LOG_FIELDS : WEBSOCKET_LOG_FIELDS;
  return {
    destination: { bind: () => ({ destinationArn: arnOf(logGroup) }) },
    format: AccessLogFormat.custom(JSON.stringify(fields)),
  };
}

/**
 * The ARN without the `:*` at the end of the attribute `Arn`: API Gateway drops it, and drift
 * detection would report the difference.
 */
function arnOf(logGroup: LogGroup): string {
  return Stack.of(logGroup).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroup.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
