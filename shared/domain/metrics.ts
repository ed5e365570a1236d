/**
 * Every metric of our own, with its dimensions in addition to `service`. A metric with dimensions
 * exists only with all of them.
 */
export const METRICS = {
  Started: '',
  StartRefused: 'reason',
  CheckUrlIssued: '',
  TimeToCheckUrl: '',
  Completed: 'channel',
  Ended: 'status',
  TimeToVerify: '',
  CodeRejected: '',
  FallbackEntered: 'channel',
  WebhookAccepted: '',
  WebhookDuplicate: '',
  WebhookRejected: 'reason',
  WebhookUnintelligible: '',
  CompletedWithoutCheck: '',
  /** A step that Vonage's fraud rules refused. */
  Blocked: 'channel',
  RequestIdMismatch: '',
  PushDelivered: '',
  PushGone: '',
  PushFailed: '',
  VonageLatency: 'operation',
  VonageError: 'operation,status',
  Limited: 'limit',
  InternalError: '',
  /** `InternalError` once more, for the alarms on one version; emitted only when a fault occurs. */
  InternalErrorByVersion: 'function,version',
  SecretNotSet: '',
  SecretStale: '',
  EventFailed: '',
  ProofIssued: '',
  EndedByClock: '',
  MovedOnByClock: '',
  LateCancel: 'outcome',
  ClockMessageFailed: '',
  ClockLag: '',
  VerificationPrice: '',
} as const;

export type MetricName = keyof typeof METRICS;
/** Names of dimensions, separated by commas; empty for a metric without. */
export type MetricDimensions = (typeof METRICS)[MetricName];
/** Metrics that are emitted with exactly these dimensions. */
export type MetricWith<Dimensions extends MetricDimensions> = {
  [Name in MetricName]: (typeof METRICS)[Name] extends Dimensions ? Name : never;
}[MetricName];
