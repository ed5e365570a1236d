/** What the use cases need from the world; the adapters provide it, the simulation replaces it. */

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
