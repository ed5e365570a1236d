/** Everything that could be seen of one run, in order: the input of the checker. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** What is recorded, by kind. */
interface Facts {
  fault: { what: string; invocation: number };
  /** A call as it came in at our gateway; `id` joins it with the other facts about it. */
  request: { id: number; from: string; route: string; address: string; body: unknown } & Partial<
    Record<'bearer' | 'key', string | undefined>
  >;
  /** What our function answered, or that it died. */
  answer: { id: number; status: number | 'crashed'; body: unknown; tookMs: number };
  /** What reached the caller. */
  received: { id: number; to: string; route: string; status: number; body: unknown };
  push: { to: string; connection: string; body: unknown };
  /** `sentAtMs`: when the message left the client. */
  message: { to: string; connection: string; sentAtMs: number; body: unknown };
  /** A socket that was opened, or refused. */
  handshake: { from: string; connection: string; isOpen: boolean; token: string } & Partial<
    Record<'origin', string | undefined>
  >;
  /** A call of ours on its way to Vonage; `isLocked`: whether its number was locked for a start. */
  call: CallToVonage & { isLocked?: boolean };
  /** What Vonage did with one, which has the same `call`. */
  vonage: CallToVonage & { status: number };
  /** Vonage's own view changed; `channel`: the one that decided. */
  provider: { requestId: string; status: string; channel?: string | undefined };
  /** `forged`: what a forger did to it; absent for Vonage itself. */
  webhook: {
    forged?: string | undefined;
    isInTolerance: boolean;
    status: number | 'lost';
    body: JsonObject;
  };
  /** What your backend answered to a proof, or to an altered one. */
  proof: { from: string; altered: boolean; kid: unknown; verdict: Verdict };
  /** What the event bus took. */
  end: { requestId: string; status: string };
  log: { line: JsonObject };
  metric: { name: string; dimensions: JsonObject };
}

interface CallToVonage
  extends Partial<Record<'number' | 'requestId' | 'code', string | undefined>> {
  readonly call: number;
  readonly operation: string;
  readonly invocation: number;
}

/** `unknown_key`: what the JWKS route publishes does not name the key that signed. */
export type Verdict = 'accepted' | 'spent' | 'expired' | 'unknown_key' | 'refused';

type Kind = keyof Facts;
type Stated = { [K in Kind]: { readonly kind: K } & Readonly<Facts[K]> }[Kind];
export type Fact = Stated & { readonly atMs: number };
export type Of<K extends Kind> = Extract<Fact, { kind: K }>;

export type History = ReturnType<typeof createHistory>;

export function createHistory(now: () => number) {
  const facts: Fact[] = [];
  return {
    facts: facts as readonly Fact[],
    /** Of one kind, in order. */
    of: <K extends Kind>(kind: K): readonly Of<K>[] =>
      facts.filter((fact): fact is Of<K> => fact.kind === kind),
    record: (fact: Stated): void => void facts.push({ ...fact, atMs: now() }),
  };
}
