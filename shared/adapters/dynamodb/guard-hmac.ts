/** HMAC with `guard_key` over all parts: the keys of the table `Guards`. */
export type GuardHmac = (parts: readonly string[]) => Promise<Buffer>;
