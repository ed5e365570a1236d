/** One start of a phone number at a time, and which verification of it is live. */

/** One try of a start of one number. */
export interface LockHolder {
  readonly phoneNumber: string;
  /**
   * `<start>.<try>`: `<start>` is the same for every try of one start. A try that no longer holds
   * the lock cannot change anything.
   */
  readonly owner: string;
}

export type PhoneNumberLock =
  /**
   * `contested`: the fate of another start of the number is unknown. `heldBy`: another try of the
   * same start has locked the number; when that try has ended, its lock can be inherited.
   */
  | { readonly outcome: 'locked'; readonly contested?: true; readonly heldBy?: string }
  /** Another verification of the number was live when its start was recorded. */
  | { readonly outcome: 'live'; readonly requestId: string }
  /** Another start has locked the number, for 35 s at most. */
  | { readonly outcome: 'held' };

export interface LiveVerification {
  readonly requestId: string;
  readonly liveUntilMs: number;
  /** Vonage has no other request of the number, so every other start of it is resolved. */
  readonly isAlone: boolean;
}

export interface PhoneNumberLocks {
  /**
   * Locks the number for 35 s. `superseded`: the recorded live verification, if it is known to have
   * ended.
   */
  readonly lock: (
    holder: LockHolder,
    nowMs: number,
    superseded?: string,
  ) => Promise<PhoneNumberLock>;
  /**
   * Takes over the lock, for 35 s from now, from `heldBy`: a try of the same start that has ended.
   */
  readonly inherit: (holder: LockHolder, nowMs: number, heldBy: string) => Promise<PhoneNumberLock>;
  /** The number now has a live verification; the lock is gone. */
  readonly record: (holder: LockHolder, live: LiveVerification) => Promise<void>;
  readonly release: (holder: LockHolder) => Promise<void>;
  /** Unlocks, and records that Vonage may have a request of this start until one is recorded. */
  readonly releaseUnresolved: (holder: LockHolder) => Promise<void>;
}
