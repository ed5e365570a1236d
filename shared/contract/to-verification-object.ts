/** Maps the verification to the wire: the only place where its names change. */

import type { Verification } from '../domain/verification.ts';
import type { VerificationObject } from './verification-object.ts';

export function toVerificationObject(verification: Verification): VerificationObject {
  const { action } = verification;
  return {
    request_id: verification.requestId,
    seq: verification.seq,
    status: verification.status,
    channel: verification.channel,
    next_channel: verification.nextChannel,
    action: action && toAction(action),
    workflow: verification.workflow.map(({ channel, status, reason }) => ({
      channel,
      status,
      reason,
    })),
    verified: {
      phone_number: verification.verified.phoneNumber,
      email: verification.verified.email,
    },
    reason: verification.reason,
    created_at: toTime(verification.createdAtMs),
    updated_at: toTime(verification.updatedAtMs),
    next_change_at: toTimeOrNull(verification.nextChangeAtMs),
    expires_at: toTime(verification.expiresAtMs),
    ended_at: toTimeOrNull(verification.endedAtMs),
  };
}

function toAction(action: NonNullable<Verification['action']>): VerificationObject['action'] {
  return action.type === 'open_check_url'
    ? { type: action.type, check_url: action.checkUrl, method: action.method }
    : {
        type: action.type,
        code_length: action.codeLength,
        attempts_remaining: action.attemptsRemaining,
      };
}

function toTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

function toTimeOrNull(atMs: number | null): string | null {
  return atMs === null ? null : toTime(atMs);
}
