/** Turns errors into answers: RFC 9457 for problems of the contract, otherwise a bare 500. */

import type { ProblemBody } from '../contract/answers.ts';
import { toVerificationObject } from '../contract/to-verification-object.ts';
import { PROBLEM_BASE, PROBLEMS, Problem, type ProblemCode } from '../domain/errors.ts';
import type { HttpAnswer } from './http-answer.ts';

/** The problem for the caller: fixed sentences, without values of the request. */
export function toProblemAnswer(error: unknown): HttpAnswer {
  const code = problemCode(error);
  const { status, title, retryable } = PROBLEMS[code];
  const members = error instanceof Problem ? error.members : {};
  const { verification, retryAfterSeconds, attemptsRemaining, errors } = members;
  const body: ProblemBody = {
    type: `${PROBLEM_BASE}/${code}`,
    title,
    status,
    detail: PROBLEMS[code].advice,
    code,
    retryable,
    ...(retryAfterSeconds !== undefined && { retry_after: retryAfterSeconds }),
    ...(attemptsRemaining !== undefined && { attempts_remaining: attemptsRemaining }),
    ...(errors && { errors: [...errors] }),
    ...(verification && { verification: toVerificationObject(verification) }),
  };
  return {
    status,
    body,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
  };
}

export function problemCode(error: unknown): ProblemCode {
  return error instanceof Problem ? error.code : 'internal';
}

/** Whether an operator must set or correct a secret first. */
export function isSecretNotSet(error: unknown): boolean {
  return error instanceof Problem && error.members.secretNotSet === true;
}

export function problemStatus(error: unknown): number {
  return PROBLEMS[problemCode(error)].status;
}
