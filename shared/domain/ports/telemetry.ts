/** What is measured. Dimensions and details hold nothing about a person. */

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
type DurationName = 'TimeToCheckUrl' | 'TimeToVerify' | 'VonageLatency';

export interface Telemetry {
  readonly measure: (measurement: Measurement) => void;
}
