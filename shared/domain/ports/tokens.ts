/** Tokens and keyed hashes. */

/** Tokens that are derived from the keys in the secret store. */
export interface Tokens {
  /** `<request_id>.<43 base64url characters>`; the same arguments give the same token. */
  readonly derive: (
    requestId: string,
    idempotencyKey: string,
    tokenKeyId?: string,
  ) => Promise<{ readonly token: string; readonly hash: Uint8Array }>;
  /** Identifies the token key that `derive` uses now; survives a rotation. */
  readonly currentKeyId: () => Promise<string>;
  /** 32 hex digits for Vonage's `client_ref`. */
  readonly clientRef: (idempotencyKey: string) => Promise<string>;
}

export interface Identities {
  /** Keyed hash of a phone number or an e-mail address; it cannot be matched without the key. */
  readonly hash: (kind: 'phone_number' | 'email', value: string) => Promise<string>;
}
