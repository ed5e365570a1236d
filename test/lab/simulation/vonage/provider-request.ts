/** What Vonage knows of one request. */

import type { ChannelName } from '../../../../shared/config.ts';

export type Outcome =
  | 'completed'
  | 'failed'
  | 'expired'
  | 'user_rejected'
  | 'cancelled'
  | 'unused'
  | 'running';

export interface ProviderStep {
  readonly channel: ChannelName;
  readonly to: string;
  status: Outcome;
  code?: string;
}

export interface ProviderRequest {
  readonly requestId: string;
  readonly clientRef: string;
  /** What may have one request at a time. */
  readonly lock: string;
  readonly steps: readonly ProviderStep[];
  readonly channelTimeoutSeconds: number;
  readonly startedAtMs: number;
  readonly checkUrl: string;
  /** One code goes through all of its code channels. */
  readonly sharesCode: boolean;
  status: Outcome;
  current: number;
  wrongCodes: number;
  events: number;
}
