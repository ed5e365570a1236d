/** Queries for people on call, saved in CloudWatch Logs Insights. */

import { QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Functions } from './lambda-function.ts';

export interface SavedQueriesProps {
  readonly stageName: string;
  readonly functions: Functions;
}

export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { stageName, functions }: SavedQueriesProps) {
    super(scope, id);
    const everyLog = Object.values(functions).map(({ logs }) => logs);
    const save = (
      queryId: string,
      title: string,
      logGroups: typeof everyLog,
      queryString: QueryString,
    ): void => {
      const queryDefinitionName = `silent-auth-${stageName}/${title}`;
      new QueryDefinition(this, queryId, { queryDefinitionName, logGroups, queryString });
    };

    save(
      'Timeline',
      'timeline of one request_id',
      everyLog,
      new QueryString({
        fields: ['@timestamp', 'service', 'route', 'status', 'outcome', 'milliseconds'],
        filterStatements: ['request_id = "put the request_id here" and ispresent(route)'],
        sort: '@timestamp asc',
        limit: 200,
      }),
    );
    save(
      'FailuresByReason',
      'failures by reason',
      everyLog,
      new QueryString({
        // Log lines also hold metrics, and one metric has a dimension of this name.
        filterStatements: ['ispresent(route) and status >= 400'],
        statsStatements: ['count() as requests by service, route, status, outcome'],
        sort: 'requests desc',
      }),
    );
    save(
      'SlowestVerifications',
      'slowest verifications',
      everyLog,
      new QueryString({
        fields: ['@timestamp', 'request_id', 'TimeToVerify'],
        filterStatements: ['ispresent(TimeToVerify)'],
        sort: 'TimeToVerify desc',
        limit: 50,
      }),
    );
    save(
      'SlowestRequests',
      'slowest requests',
      everyLog,
      new QueryString({
        fields: ['@timestamp', 'service', 'route', 'request_id', 'outcome', 'milliseconds'],
        filterStatements: ['ispresent(milliseconds)'],
        sort: 'milliseconds desc',
        limit: 50,
      }),
    );
    save(
      'FallbacksByCarrier',
      'fallbacks by carrier and platform',
      everyLog,
      new QueryString({
        filterStatements: ['ispresent(request_id)'],
        statsStatements: [
          'max(carrier) as network, max(platform) as os, max(app_version) as version,' +
            ' sum(route = "POST /start" and status = 202) as starts,' +
            ' count(FallbackEntered) as fallbacks by request_id',
          'sum(starts > 0) as started, sum(starts > 0 and fallbacks > 0) as fell_back' +
            ' by network, os, version',
        ],
        sort: 'started desc',
        limit: 100,
      }),
    );
    save(
      'BlockedNetworks',
      'blocked networks',
      [functions.webhook.logs],
      new QueryString({
        filterStatements: ['ispresent(Blocked)'],
        statsStatements: ['count() as messages by channel, network'],
        sort: 'messages desc',
      }),
    );
    save(
      'Memory',
      'memory by route',
      everyLog,
      new QueryString({
        filterStatements: ['ispresent(memory_mb)'],
        statsStatements: ['max(memory_mb) as most_mb, count() as requests by route'],
        sort: 'most_mb desc',
      }),
    );
    save(
      'RefusedWebhooks',
      'refused webhooks',
      [functions.webhook.logs],
      new QueryString({
        filterStatements: ['route = "POST /webhook" and status >= 400'],
        statsStatements: ['count() as refused by outcome, bin(5m)'],
      }),
    );
    save(
      'Faults',
      'our own faults, with their causes',
      everyLog,
      new QueryString({
        fields: ['@timestamp', 'service', 'route', 'request_id', 'fault.0', 'fault.1', 'bundle'],
        filterStatements: ['level = "ERROR"'],
        sort: '@timestamp desc',
        limit: 100,
      }),
    );
  }
}
