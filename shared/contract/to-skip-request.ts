/** Parses a request to skip a channel; an unknown error counts as `other`. */

import type { SkipRequest } from '../domain/skip-request.ts';
import { SKIP_ERRORS } from '../domain/workflow.ts';
import type { NextWorkflowBody } from './requests.ts';

export function toSkipRequest({ from, error }: NextWorkflowBody): SkipRequest {
  return {
    ...(from && { from }),
    ...(error !== undefined && {
      error: SKIP_ERRORS.find((known) => known === error) ?? 'other',
    }),
  };
}
