/** Alarms of security: forged webhooks, men in the middle, number pumping. */

import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { HttpApi } from '../constructs/http-api.ts';
import { FIVE_MINUTES, type StageMetrics } from '../metrics.ts';
import { type AlarmRule, total } from './rule.ts';

const QUARTER = Duration.minutes(15);

/**
 * Refused requests in five minutes: as many as the starts that Vonage would accept in that time.
 */
const FLOOD = 9000;

export function securityRules({ own, ownAt }: StageMetrics, httpApi: HttpApi): AlarmRule[] {
  const forged = ['malformed', 'algorithm', 'signature', 'claims', 'stale', 'payload_hash'];
  const limits = ['address', 'subject', 'phone_number', 'email', 'prefix'];
  return [
    {
      id: 'SignatureFailures',
      urgency: 'ticket',
      says: 'At least 20 webhooks in 5 minutes had a bad signature: a forger, or a rotated secret.',
      metric: total(forged.map((reason) => ownAt('WebhookRejected', 'reason', reason))),
      threshold: 20,
    },
    {
      id: 'RequestFlood',
      urgency: 'page',
      says: `At least ${FLOOD} requests in 5 minutes were refused (4xx): somebody floods the API.`,
      metric: httpApi.api.metricClientError({ period: FIVE_MINUTES, statistic: Stats.SUM }),
      threshold: FLOOD,
    },
    {
      id: 'CompletedWithoutCheck',
      urgency: 'page',
      says: 'Vonage reported a completion although the backend had sent no code to check.',
      metric: own('CompletedWithoutCheck'),
      threshold: 1,
    },
    {
      id: 'RequestIdMismatches',
      urgency: 'ticket',
      says: 'At least 5 handsets in 15 minutes submitted the request_id of another verification.',
      metric: own('RequestIdMismatch', { period: QUARTER }),
      threshold: 5,
    },
    {
      id: 'LimiterStorm',
      urgency: 'page',
      says: 'At least 100 starts in 5 minutes were refused by a limit: probably number pumping.',
      metric: total(limits.map((limit) => ownAt('Limited', 'limit', limit))),
      threshold: 100,
    },
  ];
}
