/** A wish to leave a channel on its way in; an error that we do not know counts as `other`. */

import { LEAVE_ERRORS } from '../domain/workflow.ts';
import type { LeaveRequest } from '../usecases/leave-channel.ts';
import type { NextWorkflowBody } from './requests.ts';

export function toLeaveRequest({ from, error }: NextWorkflowBody): LeaveRequest {
  return {
    ...(from && { from }),
    ...(error !== undefined && {
      error: LEAVE_ERRORS.find((known) => known === error) ?? 'other',
    }),
  };
}
