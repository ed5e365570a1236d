/** The proof of a completed verification, for your backend (docs/architecture.md#proof). */

import { Problem } from '../domain/errors.ts';
import type { Started } from '../domain/events.ts';
import type { Facts } from '../domain/facts.ts';
import { fold } from '../domain/fold.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { ProofSigner } from '../domain/ports/proof-signer.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import type { Identities } from '../domain/ports/tokens.ts';
import type { ClientToken, VerificationLog } from '../domain/ports/verification-log.ts';
import { PROOF_WINDOW_MS, type ProofClaims } from '../domain/proof.ts';
import { provenChannels } from '../domain/proven-channels.ts';
import { isSameHash } from '../domain/same-hash.ts';
import type { Verification } from '../domain/verification.ts';
import { ownEntry } from './own-entry.ts';
import { closed } from './refusals.ts';

export interface IssueProofNeeds {
  readonly log: VerificationLog;
  readonly identities: Identities;
  readonly signer: Pick<ProofSigner, 'sign'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Lifetime of one proof, 30–300 s. */
  readonly lifetimeSeconds: number;
}

/**
 * The addresses that the proof shall contain. The backend stores none, so the app sends those of
 * the start again.
 */
export interface ProofRequest {
  readonly phoneNumber?: string;
  readonly email?: string;
}

export interface IssuedProof {
  readonly proof: string;
  readonly expiresAtMs: number;
}

/**
 * Signs the proven addresses only. One read and no write, so it is safe to repeat. All proofs of a
 * verification have the same `jti`, which your backend accepts once.
 *
 * Throws `client_token_invalid`; `proof_refused`, without saying why, for a verification that is
 * not completed, and for an address that differs from the start's or is not verified;
 * `verification_closed` later than {@link PROOF_WINDOW_MS} after the end.
 */
export async function issueProof(
  token: ClientToken,
  request: ProofRequest,
  ports: IssueProofNeeds,
): Promise<IssuedProof> {
  const { log, signer, clock, telemetry, lifetimeSeconds } = ports;
  const entry = await ownEntry(token, { log });
  const nowMs = clock.now();
  const folded = fold(entry.requestId, entry.events, nowMs);
  if (folded?.verification.status !== 'completed') throw refused();
  const { verification, facts } = folded;
  if (isTooLate(verification, nowMs)) throw closed(verification);
  await assertProven(request, verification, facts.started, ports.identities);

  const issuedAtSeconds = Math.floor(nowMs / 1000);
  const expiresAtSeconds = issuedAtSeconds + lifetimeSeconds;
  const proof = await signer.sign({
    ...toClaims(verification.requestId, facts),
    ...request,
    issuedAtSeconds,
    expiresAtSeconds,
  });
  telemetry.measure({ name: 'ProofIssued' });
  return { proof, expiresAtMs: expiresAtSeconds * 1000 };
}

function refused(): Problem {
  return new Problem('proof_refused', 'the verification does not prove what was asked');
}

function isTooLate({ endedAtMs }: Verification, nowMs: number): boolean {
  return endedAtMs === null || nowMs > endedAtMs + PROOF_WINDOW_MS;
}

/** Always compares both addresses, so that the duration reveals nothing. */
async function assertProven(
  { phoneNumber, email }: ProofRequest,
  { verified }: Verification,
  { phoneNumberHash, emailHash }: Started,
  identities: Identities,
): Promise<void> {
  const verdicts = await Promise.all([
    phoneNumber === undefined ||
      isMatch(identities.hash('phone_number', phoneNumber), phoneNumberHash, verified.phoneNumber),
    email === undefined || isMatch(identities.hash('email', email), emailHash, verified.email),
  ]);
  if (!verdicts.every(Boolean)) throw refused();
}

async function isMatch(
  hash: Promise<string>,
  stored: string | undefined,
  isVerified: boolean,
): Promise<boolean> {
  return isSameHash(await hash, stored ?? '') && isVerified;
}

/**
 * A number can be proven while it is still uncertain which of two channels proved it; then
 * `channel` is absent.
 */
function toClaims(
  requestId: string,
  facts: Facts,
): Omit<ProofClaims, 'issuedAtSeconds' | 'expiresAtSeconds'> {
  const { nonce, subject } = facts.started;
  const [channel, ...others] = provenChannels(facts);
  return {
    requestId,
    ...(channel !== undefined && others.length === 0 && { channel }),
    ...(nonce !== undefined && { nonce }),
    ...(subject !== undefined && { subject }),
  };
}
