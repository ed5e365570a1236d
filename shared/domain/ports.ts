/** What the use cases need from the world; the adapters provide it, the simulation replaces it. */

import type { VerificationEvent } from './events.ts';
import type { Verification } from './verification.ts';
import type { Channel } from './workflow.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Random {
  /** A new id of 8 characters of `[A-Za-z0-9_-]`, unique within one verification. */
  readonly attemptId: () => string;
  /** 16 random bytes as 22 characters base64url: stands for an idempotency key that was not sent. */
  readonly nonce: () => string;
}

/** The bearer of the app: which verification it speaks for, and the SHA-256 of the token. */
export interface ClientToken {
  readonly requestId: string;
  readonly hash: Uint8Array;
}

/** An open WebSocket: `<connected at, epoch ms>#<connection id>`. */
export type Connection = string;

/** The stored item: the log and who listens. */
export interface Entry {
  readonly requestId: string;
  readonly events: readonly VerificationEvent[];
  readonly connections: readonly Connection[];
  /** Absent while only webhooks have arrived. */
  readonly clientTokenHash?: Uint8Array;
}

/** Whether the token belongs to the item; an item that only webhooks made belongs to nobody. */
export function isOwnedBy({ clientTokenHash }: Entry, { hash }: ClientToken): boolean {
  return (
    clientTokenHash !== undefined &&
    clientTokenHash.length === hash.length &&
    clientTokenHash.every((byte, index) => byte === hash[index])
  );
}

/**
 * `appended`: the event is the last of `entry.events`; `repeated`: it was there before (the same
 * fingerprint); `full`: no room for it; `unauthorized`: another client token owns the verification.
 */
export type Appended =
  | { readonly outcome: 'appended' | 'repeated' | 'full'; readonly entry: Entry }
  | { readonly outcome: 'unauthorized' };

export interface VerificationLog {
  /** One conditional write; safe to repeat. With a token hash only its owner's verification is written. */
  readonly append: (
    requestId: string,
    event: VerificationEvent,
    clientTokenHash?: Uint8Array,
  ) => Promise<Appended>;
  /** Strongly consistent. */
  readonly find: (requestId: string) => Promise<Entry | undefined>;
  /** Registers the connection and reads the item in one write. */
  readonly subscribe: (
    token: ClientToken,
    connection: Connection,
  ) => Promise<{ readonly outcome: 'subscribed' | 'full'; readonly entry: Entry } | undefined>;
  /** Removes a connection; safe to repeat. */
  readonly forget: (requestId: string, connection: Connection) => Promise<void>;
}

export interface Pusher {
  /** Sends to all in parallel, never throws; tells who is gone. Retries once; 2.5 s in all. */
  readonly push: (
    connections: readonly Connection[],
    verification: Verification,
  ) => Promise<readonly PushResult[]>;
  /** Closes a connection that gave way to newer ones; never throws. */
  readonly close: (connection: Connection) => Promise<void>;
}

export interface PushResult {
  readonly connection: Connection;
  readonly outcome: 'delivered' | 'gone' | 'failed';
}

/** One channel of `POST /v2/verify`, with the address it goes to. */
export interface RequestedChannel {
  readonly channel: Channel;
  /** E.164 with its `+`, or an e-mail address. */
  readonly to: string;
}

export interface VerifyRequest {
  readonly workflow: readonly RequestedChannel[];
  /** 32 hex digits, echoed in webhooks. */
  readonly clientRef: string;
  readonly locale?: string;
  readonly result: 'json' | 'redirect';
}

/**
 * What became of `POST /v2/verify`. `unknown`: Vonage may have created a request (timeout, 5xx,
 * unintelligible answer). `refused` and everything else certainly created none.
 */
export type VerifyAnswer =
  | { readonly outcome: 'created'; readonly requestId: string; readonly checkUrl?: string }
  | { readonly outcome: 'in_flight'; readonly requestId?: string }
  | { readonly outcome: 'network_unsupported' | 'number_refused' | 'unavailable' | 'unknown' };

/** What Vonage made of a code; `unknown`: it may have judged it, its answer was lost. */
export type CheckAnswer =
  | 'accepted'
  | 'rejected'
  | 'exhausted'
  | 'not_expected'
  | 'not_found'
  | 'not_executed'
  | 'unknown';

/** `moved` or `unknown`: never ask again; `refused`: Vonage certainly did not move. */
export type NextAnswer = 'moved' | 'none_left' | 'refused' | 'unknown';

export interface Vonage {
  readonly verify: (request: VerifyRequest, budget: Budget) => Promise<VerifyAnswer>;
  readonly check: (requestId: string, code: string, budget: Budget) => Promise<CheckAnswer>;
  /** `isStillNeeded`: asked after a moment in which Vonage's own word may come; if not, no call. */
  readonly next: (
    requestId: string,
    budget: Budget,
    isStillNeeded?: () => Promise<boolean>,
  ) => Promise<NextAnswer>;
  /** Best effort: Vonage cancels only from 30 s on and before the second event; never throws. */
  readonly cancel: (requestId: string, budget: Budget) => Promise<void>;
}

/** No outgoing call begins after this moment, in epoch milliseconds. */
export interface Budget {
  readonly lastCallAtMs: number;
}

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

/** A counter or lock on `Guards` that refused: when it is worth asking again. */
export interface Refusal {
  readonly outcome: 'refused';
  readonly retryAtMs: number;
}

/** Who asks for a start: the authorizer's subject counts before the source address. */
export interface Caller {
  readonly address: string;
  readonly subject?: string;
}

export type CountedOn = {
  readonly limit: 'address' | 'subject' | 'email' | 'prefix';
  readonly value: string;
};

export type PhoneLock =
  /**
   * `contested`: the fate of another start of the number is unknown. `heldBy`: another try of the same
   * start has locked it; once that is over, it can be inherited.
   */
  | { readonly outcome: 'locked'; readonly contested?: true; readonly heldBy?: string }
  /** Another verification of the number was live when last heard of. */
  | { readonly outcome: 'live'; readonly requestId: string; readonly retryAtMs: number }
  | Refusal;

export type IntentClaim =
  /**
   * `fresh`: nobody used the key. `again`: what it started was certainly refused. `takeover`: a start
   * with it was lost; Vonage may know it already.
   */
  | { readonly outcome: 'fresh' | 'again' | 'takeover' }
  /** What it started is known since `recordedAtMs`, whole seconds; its log may be a moment younger. */
  | {
      readonly outcome: 'started';
      readonly requestId: string;
      readonly tokenKeyId: string;
      readonly recordedAtMs: number;
    }
  | { readonly outcome: 'in_progress'; readonly retryAtMs: number }
  | { readonly outcome: 'other_body' };

/**
 * Abuse control of `start`: conditional writes on the table `Guards`, whose keys are HMACs.
 * `start` is the same for every try of one start, `owner` is one of them, `<start>.<try>`; whoever does
 * not hold a lock any more changes nothing, however late it comes.
 */
export interface Guards {
  /** Counts one try of a start within the limit's window. A fault may count it twice, never less. */
  readonly count: (
    on: CountedOn,
    nowMs: number,
  ) => Promise<{ readonly outcome: 'counted' } | Refusal>;
  /**
   * Gives one count back; `nowMs` is that of the count. Not safe to repeat, so it is sent at most
   * once: what gets lost stays counted.
   */
  readonly uncount: (on: CountedOn, nowMs: number) => Promise<void>;
  /** Locks the number for 35 s and counts it; `superseded`: a live verification known to have ended. */
  readonly lockPhoneNumber: (
    phoneNumber: string,
    owner: string,
    nowMs: number,
    superseded?: string,
  ) => Promise<PhoneLock>;
  /** Takes the lock, and all of its time, from that try of the same start, which is over. */
  readonly inheritPhoneNumber: (
    phoneNumber: string,
    owner: string,
    nowMs: number,
    heldBy: string,
  ) => Promise<PhoneLock>;
  /** The number now has a live verification; the lock is gone. */
  readonly recordPhoneNumber: (
    phoneNumber: string,
    owner: string,
    live: { readonly requestId: string; readonly liveUntilMs: number },
  ) => Promise<void>;
  /** Unlocks; `uncount` gives the count back as well. */
  readonly releasePhoneNumber: (
    phoneNumber: string,
    owner: string,
    nowMs: number,
    uncount: boolean,
  ) => Promise<void>;
  /** Unlocks, and remembers that Vonage may have a request of this start until one is recorded. */
  readonly unlockUnresolved: (phoneNumber: string, owner: string) => Promise<void>;
  readonly claimIntent: (intent: Intent, nowMs: number) => Promise<IntentClaim>;
  /** The start with this key is known now; replays answer for 10 minutes. */
  readonly recordIntent: (intent: Intent, requestId: string, nowMs: number) => Promise<void>;
  /** Nobody knows whether Vonage has it: the next repeat takes over. */
  readonly markIntentUnknown: (intent: Intent) => Promise<void>;
  readonly releaseIntent: (intent: Intent) => Promise<void>;
}

/** One start that can be repeated. */
export interface Intent {
  readonly idempotencyKey: string;
  /** What the body says, in a form that is equal for equal bodies. */
  readonly body: string;
  /** Vonage's `client_ref`, 32 hex digits: the same for every try. */
  readonly clientRef: string;
  /** `<clientRef>.<try>`: what locks are held by. */
  readonly owner: string;
  readonly tokenKeyId: string;
}

/** Everything that is derived from the keys in the secret store. */
export interface Tokens {
  /** `<request_id>.<43 base64url characters>`; the same arguments give the same token. */
  readonly derive: (
    requestId: string,
    idempotencyKey: string,
    tokenKeyId?: string,
  ) => Promise<{ readonly token: string; readonly hash: Uint8Array }>;
  /** Names the token key that `derive` uses now; survives rotation. */
  readonly currentKeyId: () => Promise<string>;
  /** 32 hex digits for Vonage's `client_ref`. */
  readonly clientRef: (idempotencyKey: string) => Promise<string>;
}

export interface Identities {
  /** Keyed hash of a phone number or an e-mail address; nobody without the key can match it. */
  readonly hash: (kind: 'phone_number' | 'email', value: string) => Promise<string>;
}

export interface PhoneNumbers {
  /** Country of a mobile number, or `undefined` when it is no mobile number at all. */
  readonly countryOfMobile: (e164: string) => string | undefined;
}

/** Channels that operators have switched off, without a deployment; never throws. */
export interface ChannelSwitch {
  readonly switchedOff: () => Promise<readonly Channel[]>;
}

/** Tells the company's own systems that a verification ended; never throws, tells whether it did. */
export interface EndNotifier {
  readonly notify: (entry: Entry, verification: Verification) => Promise<boolean>;
}
