/** A stage for benchmarks: nothing that ends by itself. */

/** Vonage's minute for a silent authentication becomes twenty: thousands wait at once. */
export const TIME_SCALE = 20;

export const STAGE_SETTINGS = {
  workflow: [{ channel: 'silent_auth' }, { channel: 'email' }],
  countries: ['DE'],
  channelTimeoutSeconds: 900,
  // The others tell nobody of an end either.
  events: false,
};
