/** The platform functions that the client uses: parts of `fetch` and `WebSocket`, and a clock. */

export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<FetchAnswer>;

export interface SocketLike {
  addEventListener(
    type: 'open' | 'message' | 'close' | 'error',
    listener: (event: { readonly data?: unknown }) => void,
  ): void;
  send(text: string): void;
  close(): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** Milliseconds; the defaults are those of the contract, others are for tests. */
export interface Timing {
  /** Interval of reading `/status` without a socket. */
  readonly pollMs: number;
  readonly pingMs: number;
  /** Longest wait for any message after a ping. */
  readonly pongMs: number;
  /** Longest time from opening a socket to its snapshot. */
  readonly openMs: number;
  /** First wait after a failure; it doubles. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /** Time limit for one answer: the backend itself has 25 s. */
  readonly requestMs: number;
  /** Time limit for one answer of `GET /status`. */
  readonly statusMs: number;
  /** Time limit for `openCheckUrl`; Vonage's own library gives up after 30 s. */
  readonly handsetMs: number;
  /** Wait after `completed` until `verified` is certain. */
  readonly lingerMs: number;
}

export const TIMING: Timing = {
  pollMs: 2_000,
  pingMs: 25_000,
  pongMs: 10_000,
  openMs: 10_000,
  backoffMs: 500,
  maxBackoffMs: 15_000,
  requestMs: 28_000,
  statusMs: 10_000,
  handsetMs: 45_000,
  lingerMs: 5_000,
};

/** Describes the app, for the logs of your operators. */
export interface ClientInfo {
  /** Where the check_url is opened, for example React Native's `Platform.OS`. */
  readonly platform?: 'ios' | 'android' | 'web' | (string & {}) | undefined;
  readonly appVersion?: string | undefined;
  /** Version of the library that opens the check_url. */
  readonly sdkVersion?: string | undefined;
  /** MCC and MNC of the SIM that carries the data, such as `26201`. */
  readonly carrier?: string | undefined;
}

export interface Environment {
  readonly fetch: FetchLike;
  /** Absent: `/status` is polled instead. */
  readonly WebSocket: SocketConstructor | undefined;
  /** Monotonic milliseconds; not the phone's time of day, which may be changed. */
  readonly now: () => number;
  readonly timing: Timing;
  /** As sent; requests that differ only in it count as the same request. */
  readonly client: Readonly<Record<string, string | undefined>> | undefined;
}

/** Fills in the platform's own functions where the app gave none. */
export function toEnvironment(given: {
  readonly fetch?: FetchLike | undefined;
  readonly WebSocket?: SocketConstructor | null | undefined;
  readonly timing?: Partial<Timing> | undefined;
  readonly client?: ClientInfo | undefined;
}): Environment {
  const { fetch, WebSocket = globalThis.WebSocket, timing, client } = given;
  return {
    fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
    WebSocket: WebSocket ?? undefined,
    now: () => globalThis.performance?.now() ?? Date.now(),
    timing: { ...TIMING, ...timing },
    client: client && {
      platform: client.platform,
      app_version: client.appVersion,
      sdk_version: client.sdkVersion,
      carrier: client.carrier,
    },
  };
}
