/** Environment variables of the trigger: the construct sets them, the trigger reads them. */

export const VARIABLES = {
  /** `iss` of the proofs, without a trailing slash. */
  issuer: 'PROOF_ISSUER',
  audience: 'PROOF_AUDIENCE',
  spentProofsTable: 'SPENT_PROOFS_TABLE',
} as const;

/** Attributes of an item of the table of spent proofs. */
export const SPENT_PROOF_ATTRIBUTES = { jti: 'jti', ttl: 'ttl' } as const;
