/** What is measured. Dimensions and details hold nothing about a person. */

/** What happened, for metrics. Dimensions and details hold nothing about a person. */
export type Measurement =
  | {
      readonly name: CountName;
      readonly dimensions?: Readonly<Record<string, string>>;
      /** Stands beside the metric in the log, where queries find it; makes no series. */
      readonly details?: Readonly<Record<string, string>>;
    }
  | {
      readonly name: 'TimeToCheckUrl' | 'TimeToVerify' | 'VonageLatency';
      readonly milliseconds: number;
      readonly dimensions?: Readonly<Record<string, string>>;
      readonly details?: Readonly<Record<string, string>>;
    }
  | {
      readonly name: 'VerificationPrice';
      readonly euros: number;
      readonly dimensions?: Readonly<Record<string, string>>;
    };

export type CountName =
  | 'Started'
  | 'StartRefused'
  | 'CheckUrlIssued'
  | 'Completed'
  | 'Ended'
  | 'CodeRejected'
  | 'FallbackEntered'
  | 'WebhookAccepted'
  | 'WebhookDuplicate'
  | 'WebhookRejected'
  | 'WebhookUnintelligible'
  | 'CompletedWithoutCheck'
  | 'RequestIdMismatch'
  | 'PushDelivered'
  | 'PushGone'
  | 'PushFailed'
  | 'VonageError'
  | 'Limited'
  | 'InternalError'
  | 'SecretNotSet'
  | 'SecretStale'
  | 'EventFailed'
  | 'ProofIssued';

export interface Telemetry {
  readonly measure: (measurement: Measurement) => void;
}
