/** Everything that could be seen of one run, in order: the input of the checker. */

export type JsonObject = Readonly<Record<string, unknown>>;

export type Fact =
  | { readonly kind: 'fault'; readonly what: string; readonly invocation: number }
  /** A call as it came in at our gateway; `id` joins it with the other facts about it. */
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly from: string;
      readonly route: string;
      readonly address: string;
      readonly bearer?: string | undefined;
      readonly key?: string | undefined;
      readonly body: unknown;
    }
  /** What our function answered, or that it died. */
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly status: number | 'crashed';
      readonly body: unknown;
      readonly tookMs: number;
    }
  /** What reached the caller. */
  | {
      readonly kind: 'received';
      readonly id: number;
      readonly to: string;
      readonly route: string;
      readonly status: number;
      readonly body: unknown;
    }
  | {
      readonly kind: 'push';
      readonly to: string;
      readonly connection: string;
      readonly body: unknown;
    }
  /** `sentAtMs`: when the message left the client. */
  | {
      readonly kind: 'message';
      readonly to: string;
      readonly connection: string;
      readonly sentAtMs: number;
      readonly body: unknown;
    }
  /** A socket that was opened, or refused. */
  | {
      readonly kind: 'handshake';
      readonly from: string;
      readonly connection: string;
      readonly isOpen: boolean;
      readonly origin?: string | undefined;
      readonly token?: string | undefined;
    }
  /** A call of ours on its way to Vonage. */
  | {
      readonly kind: 'call';
      /** Of the call itself; what Vonage did with it carries the same. */
      readonly call: number;
      readonly operation: string;
      readonly invocation: number;
      readonly number?: string | undefined;
      readonly requestId?: string | undefined;
      readonly code?: string | undefined;
      /** Whether the number was locked for a start at that moment. */
      readonly isLocked?: boolean;
    }
  /** What Vonage did with one. */
  | {
      readonly kind: 'vonage';
      readonly call: number;
      readonly operation: string;
      readonly invocation: number;
      readonly status: number;
      readonly requestId?: string | undefined;
      readonly code?: string | undefined;
      readonly number?: string | undefined;
    }
  /** Vonage's own view changed. */
  | {
      readonly kind: 'provider';
      readonly requestId: string;
      readonly status: string;
      readonly number?: string;
      /** The one that decided. */
      readonly channel?: string;
    }
  | {
      readonly kind: 'webhook';
      readonly delivery: number;
      /** What a forger does to it; absent for Vonage itself. */
      readonly forged?: string | undefined;
      readonly isInTolerance: boolean;
      readonly status: number | 'lost';
      readonly body: JsonObject;
    }
  /** What your backend answered to a proof, or to an altered one. */
  | {
      readonly kind: 'proof';
      readonly from: string;
      readonly altered: boolean;
      readonly kid: unknown;
      readonly verdict: Verdict;
    }
  /** What the event bus took. */
  | { readonly kind: 'end'; readonly requestId: string; readonly status: string }
  | { readonly kind: 'log'; readonly line: JsonObject }
  | { readonly kind: 'metric'; readonly name: string; readonly dimensions: JsonObject };

/** `unknown_key`: what the JWKS route publishes does not name the key that signed. */
export type Verdict = 'accepted' | 'spent' | 'expired' | 'unknown_key' | 'refused';

export type Recorded = Fact & { readonly atMs: number };

export interface History {
  readonly record: (fact: Fact) => void;
  readonly facts: readonly Recorded[];
}

export function createHistory(now: () => number): History {
  const facts: Recorded[] = [];
  return {
    facts,
    record: (fact) => void facts.push({ ...fact, atMs: now() }),
  };
}
