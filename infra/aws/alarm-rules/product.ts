/** Alarms of the product: share, duration and channel of verifications. */

import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ChannelName } from '../../../shared/config.ts';
import { FIVE_MINUTES, type StageMetrics } from '../metrics.ts';
import { type AlarmRule, math, named, sumOf } from './rule.ts';

const QUARTER = Duration.minutes(15);

export function productRules(
  channels: readonly ChannelName[],
  priceCeilingPerDay: number,
  { own, ownAt }: StageMetrics,
): AlarmRule[] {
  const started = own('Started', { period: QUARTER });
  const verified = ownAt('Ended', 'status', 'completed', { period: QUARTER });
  const fallbacks = channels
    .filter((channel, index) => channel !== 'silent_auth' && index > 0)
    .map((channel) => ownAt('FallbackEntered', 'channel', channel, { period: QUARTER }));
  const rules: AlarmRule[] = [
    {
      id: 'ConversionDrop',
      urgency: 'page',
      says: 'Fewer than 40 % of at least 30 starts in 15 minutes were verified, twice in a row.',
      metric: math('IF(started >= 30, 100 * FILL(verified, 0) / started, 100)', QUARTER, {
        started,
        verified,
      }),
      threshold: 40,
      below: true,
      periods: 2,
    },
    {
      id: 'NoWebhooks',
      urgency: 'page',
      says: 'At least 5 starts in 5 minutes and not one webhook, twice in a row.',
      metric: math(
        'IF(started >= 5 AND FILL(accepted, 0) + FILL(repeated, 0) == 0, 1, 0)',
        FIVE_MINUTES,
        {
          started: own('Started'),
          accepted: own('WebhookAccepted'),
          repeated: own('WebhookDuplicate'),
        },
      ),
      threshold: 1,
      periods: 2,
    },
    {
      id: 'SlowVerification',
      urgency: 'ticket',
      says: 'The slowest tenth of at least 20 verifications in 15 minutes took over 90 s.',
      metric: math('IF(verifications >= 20, slowest, 0)', QUARTER, {
        verifications: own('TimeToVerify', { statistic: Stats.SAMPLE_COUNT, period: QUARTER }),
        slowest: own('TimeToVerify', { statistic: Stats.p(90), period: QUARTER }),
      }),
      threshold: 90_000,
    },
    {
      id: 'PriceCeiling',
      urgency: 'page',
      says: `Vonage reported prices of ${priceCeilingPerDay} EUR or more in a day.`,
      metric: own('VerificationPrice', { period: Duration.days(1) }),
      threshold: priceCeilingPerDay,
    },
    {
      id: 'PushFailures',
      urgency: 'ticket',
      says: 'A fifth of at least 20 pushes in 5 minutes failed; apps fall back to polling.',
      metric: math(
        'IF(FILL(failed, 0) + FILL(delivered, 0) >= 20, ' +
          '100 * FILL(failed, 0) / (FILL(failed, 0) + FILL(delivered, 0)), 0)',
        FIVE_MINUTES,
        { failed: own('PushFailed'), delivered: own('PushDelivered') },
      ),
      threshold: 20,
    },
  ];
  if (fallbacks.length === 0) return rules;
  return [
    ...rules,
    {
      id: 'FallbackSpike',
      urgency: 'ticket',
      says: 'More than 60 failed steps for each 100 of at least 30 starts in 15 minutes.',
      // Without steps that time has ended: an abandoned verification has one for each channel.
      metric: math(
        `IF(started >= 30, 100 * (${sumOf(fallbacks)} - FILL(byTime, 0)) / started, 0)`,
        QUARTER,
        {
          started,
          byTime: own('MovedOnByClock', { period: QUARTER }),
          ...named(fallbacks),
        },
      ),
      threshold: 60,
    },
  ];
}
