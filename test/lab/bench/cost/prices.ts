/**
 * AWS's list prices in dollars, us-east-1, without free tiers and without the discounts of large
 * volumes. Look them up again before a decision depends on them: this is the one place to change.
 */

/** When these were last compared with public price lists. */
export const PRICES_AS_OF = '2026-06';
export const PRICES_REGION = 'us-east-1';

export const PRICES = {
  lambda: {
    perRequest: 0.2 / 1e6,
    /** arm64, first tier. */
    perGigabyteSecond: 0.0000133334,
  },
  httpApi: { perRequest: 1 / 1e6 },
  websocketApi: {
    /** Up to 32 KB, either direction; a handshake is counted as one. */
    perMessage: 1 / 1e6,
    perConnectionMinute: 0.25 / 1e6,
  },
  dynamodb: {
    /** On demand, standard class. */
    perWriteUnit: 0.625 / 1e6,
    perReadUnit: 0.125 / 1e6,
    perGigabyteMonth: 0.25,
    /** Point-in-time recovery. */
    perBackupGigabyteMonth: 0.2,
  },
  logs: {
    perIngestedGigabyte: 0.5,
    perStoredGigabyteMonth: 0.03,
    /** Data protection, of the functions' logs. */
    perScannedGigabyte: 0.12,
  },
  cloudwatch: {
    perMetricMonth: 0.3,
    /** Standard resolution. */
    perAlarmMetricMonth: 0.1,
    perDashboardMonth: 3,
  },
  /** Standard queues; up to ten messages and 64 KB. */
  sqs: { perRequest: 0.4 / 1e6 },
  secrets: { perSecretMonth: 0.4, perCall: 0.05 / 1e4 },
  transfer: { perGigabyteOut: 0.09 },
} as const;
