/** One request at Vonage and the state of its steps. Data only. */
import { randomUUID } from 'node:crypto';
import type { ChannelOrder } from './channel-order.ts';
import type { ProblemName } from './problems.ts';
import type { StartOrder } from './start.ts';

export type StepStatus =
  | 'unused'
  | 'running'
  | 'completed'
  | 'failed'
  | 'expired'
  | 'user_rejected'
  | 'blocked'
  | 'cancelled';

export type StepEnd = Exclude<StepStatus, 'unused' | 'running'>;

export interface Step {
  readonly order: ChannelOrder;
  status: StepStatus;
  /** ISO 8601 UTC; absent: never begun. */
  initiatedAt?: string;
  /** Absent for silent_auth until the handset has reached the end of the check_url. */
  code?: string;
  wrongCodes: number;
  /** The carrier's result, the same for every repeat. */
  failure?: { readonly problem: ProblemName; readonly status?: number };
}

export interface Verification {
  readonly requestId: string;
  /** The id in the check_url. */
  readonly checkUrlId: string;
  /** Carried along the redirects, so that a hop cannot be skipped. */
  readonly carrierState: string;
  readonly order: StartOrder;
  /**
   * The application whose Status URL receives its webhooks; null for a request with Basic
   * credentials, which is never reported (protocol §0.5).
   */
  readonly applicationId: string | null;
  readonly submittedAt: string;
  readonly cancellableFromMs: number;
  readonly workflow: readonly Step[];
  /** Index into the workflow. */
  current: number;
  status: 'running' | StepEnd;
  /** Epoch milliseconds, on this machine's clock. */
  stepEndsAtMs: number;
  finalizedAt?: string;
}

export function createVerification(
  order: StartOrder,
  options: {
    readonly requestId: string;
    readonly nowMs: number;
    readonly cancellableFromMs: number;
    readonly applicationId: string | null;
    readonly checkUrlId: string;
  },
): Verification {
  return {
    requestId: options.requestId,
    checkUrlId: options.checkUrlId,
    carrierState: randomUUID(),
    order,
    applicationId: options.applicationId,
    submittedAt: new Date(options.nowMs).toISOString(),
    cancellableFromMs: options.cancellableFromMs,
    workflow: order.workflow.map((entry) => ({ order: entry, status: 'unused', wrongCodes: 0 })),
    current: 0,
    status: 'running',
    stepEndsAtMs: options.nowMs,
  };
}

/** The running step, or the last one that ran. */
export function currentStep({ workflow, current }: Verification): Step {
  const step = workflow[current];
  if (step === undefined) throw new Error('a verification without a step');
  return step;
}

/** The addresses of all channels, as they were sent. */
export function addressesOf({ order }: Verification): readonly string[] {
  return order.workflow.map(({ to }) => to);
}

/**
 * The `to` values that no other running request may have: all numbers, or the e-mail address if
 * there are none.
 */
export function lockedAddresses(order: StartOrder): readonly string[] {
  const numbers = order.workflow.filter(({ channel }) => channel !== 'email');
  return (numbers.length > 0 ? numbers : order.workflow).map(({ to }) => to.toLowerCase());
}

/** Checks a value from the state file. */
export function isVerification(value: unknown): value is Verification {
  return (
    typeof value === 'object' &&
    value !== null &&
    'requestId' in value &&
    'workflow' in value &&
    Array.isArray(value.workflow)
  );
}
