/** The shared context of the steps of one start. */

import type { StartSettings } from '../../config.ts';
import type { ChannelSwitch } from '../../domain/ports/channel-switch.ts';
import type { Budget, Clock } from '../../domain/ports/clock.ts';
import type { ClockQueue } from '../../domain/ports/clock-queue.ts';
import type { IdempotencyRecords } from '../../domain/ports/idempotency-records.ts';
import type { PhoneNumberLocks } from '../../domain/ports/phone-number-locks.ts';
import type { PhoneNumbers } from '../../domain/ports/phone-numbers.ts';
import type { Random } from '../../domain/ports/random.ts';
import type { Caller, RateLimits } from '../../domain/ports/rate-limits.ts';
import type { Telemetry } from '../../domain/ports/telemetry.ts';
import type { Identities, Tokens } from '../../domain/ports/tokens.ts';
import type { VerificationLog } from '../../domain/ports/verification-log.ts';
import type { Vonage } from '../../domain/ports/vonage.ts';
import type { WarmOthers } from '../../domain/ports/warm-up.ts';
import type { StartRequest } from '../../domain/start-request.ts';
import type { StartPlan } from './plan-start.ts';

export interface StartNeeds {
  readonly log: VerificationLog;
  readonly rateLimits: RateLimits;
  readonly locks: PhoneNumberLocks;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly tokens: Tokens;
  readonly identities: Identities;
  readonly phoneNumbers: PhoneNumbers;
  readonly vonage: Pick<Vonage, 'verify' | 'cancel'>;
  readonly random: Random;
  /** Resolves after this time. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly settings: StartSettings;
  /** @default no channel is ever switched off */
  readonly channelSwitch?: ChannelSwitch;
  /** @default no wake-up: time has an effect only at the next request or webhook */
  readonly clockQueue?: ClockQueue;
  /** @default none: the functions that are called next may start cold */
  readonly warmOthers?: WarmOthers;
}

export interface StartContext {
  readonly request: StartRequest;
  readonly caller: Caller;
  readonly budget: Budget;
  readonly plan: StartPlan;
  readonly needs: StartNeeds;
}
