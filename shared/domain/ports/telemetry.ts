/** What is measured and logged of an invocation. */

import type { MetricName } from '../metrics.ts';

/** What happened, for metrics. Dimensions and details hold nothing about a person. */
export type Measurement =
  | {
      readonly name: CountName;
      readonly dimensions?: Readonly<Record<string, string>>;
      /** Written next to the metric in the log, where queries find it; makes no series. */
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

/** One outgoing call that has ended, without anything private: no address, no body, no id. */
export interface OutgoingCall {
  /** `DynamoDB_20120810.UpdateItem`, `vonage.start`, … */
  readonly operation: string;
  /** The status, or the name or code of the error. */
  readonly outcome: string;
  readonly milliseconds: number;
}
