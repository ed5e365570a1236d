/** Metrics and log lines of an invocation. */

import type { MetricName } from '../metrics.ts';

/** Emits a metric. Dimensions and details hold nothing about a person. */
export type Measurement =
  | {
      readonly name: CountName;
      readonly dimensions?: Readonly<Record<string, string>>;
      /** Written next to the metric in the log for queries; creates no metric series. */
      readonly details?: Readonly<Record<string, string>>;
    }
  | {
      readonly name: DurationName;
      readonly milliseconds: number;
      readonly dimensions?: Readonly<Record<string, string>>;
      readonly details?: Readonly<Record<string, string>>;
    }
  | {
      readonly name: 'VerificationPrice';
      readonly euros: number;
      readonly dimensions?: Readonly<Record<string, string>>;
    };

export type CountName = Exclude<MetricName, DurationName | 'VerificationPrice'>;
type DurationName = 'TimeToCheckUrl' | 'TimeToVerify' | 'VonageLatency' | 'ClockLag';

export interface Telemetry {
  readonly measure: (measurement: Measurement) => void;
}

/** One finished outgoing call, without private data: no address, no body, no id. */
export interface OutgoingCall {
  /** `DynamoDB_20120810.UpdateItem`, `vonage.start`, … */
  readonly operation: string;
  /** HTTP status, or name or code of the error. */
  readonly outcome: string;
  readonly milliseconds: number;
}
