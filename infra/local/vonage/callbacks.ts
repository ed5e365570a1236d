/** The bodies of Vonage's webhooks (protocol §5.2 to §5.4). */
import type { RequestFault } from './fault-rules.ts';
import type { Step, StepEnd, StepStatus, Verification } from './verification.ts';

export interface Callback {
  readonly request_id: string;
  readonly type: 'event' | 'summary';
  readonly status: string;
  readonly channel?: string;
  readonly [member: string]: unknown;
}

const BLOCKED_REASON = 'Fraudulent traffic detected for your account on network [ 23410 ].';

/** `action_pending`, `completed`, … of silent_auth. */
export function silentAuthEvent(
  verification: Verification,
  status: StepStatus | 'action_pending',
  at: string,
  action?: unknown,
): Callback {
  return {
    request_id: verification.requestId,
    triggered_at: at,
    type: 'event',
    channel: 'silent_auth',
    ...(action !== undefined && isAdvanced(verification) ? { mode: 'advanced' } : {}),
    status,
    ...(action === undefined ? {} : { action }),
    ...clientRef(verification),
  };
}

/** The member `action`; undefined when it is absent. */
export function checkAction(checkUrl: string, form: RequestFault['action']): unknown {
  if (form === 'absent') return undefined;
  const action = { type: 'check', check_url: checkUrl };
  return form === 'array' ? [action] : action;
}

/** The TS.43 variant, for apps that speak to the operator through the system. */
export function advancedAction(tokenUrl: string): unknown {
  return {
    type: 'auth',
    sim_based_authz_data: {
      vpResponse: {
        id: 'gnp',
        format: 'dc-authorization+sd-jwt',
        meta: {
          vct_values: ['number-verification/verify/ts43'],
          credential_authorization_jwt: 'a.b.c',
        },
        claims: [{ path: ['phone_number_hint'], values: [] }],
      },
      androidAppUrl: tokenUrl,
      appInfoJwt: 'a.b.c',
      iOSAppClipUrl: tokenUrl,
    },
  };
}

/** The event of a channel whose code a person types. */
export function channelEvent(
  verification: Verification,
  step: Step,
  status: StepEnd,
  at: string,
): Callback {
  return {
    request_id: verification.requestId,
    triggered_at: step.initiatedAt ?? at,
    type: 'event',
    channel: step.order.channel,
    status,
    finalized_at: at,
    ...clientRef(verification),
  };
}

/** The end of the request. */
export function summary(verification: Verification, at: string): Callback {
  const { requestId, submittedAt, order, workflow } = verification;
  const isBlocked = verification.status === 'blocked';
  return {
    request_id: requestId,
    submitted_at: submittedAt,
    status: summaryStatus(verification.status),
    type: 'summary',
    ...(isBlocked ? {} : { channel_timeout: order.channelTimeoutSeconds }),
    workflow: workflow.map(summaryStep),
    ...(isBlocked ? { finalized_at: at } : {}),
    price: priceOf(workflow),
    ...clientRef(verification),
  };
}

/**
 * Invented prices in euros. Vonage charges each channel that was tried and reports the sum as text.
 */
const PRICES: Readonly<Record<string, number>> = {
  silent_auth: 0.04,
  email: 0.02,
  sms: 0.09,
  voice: 0.12,
  whatsapp: 0.08,
  rcs: 0.07,
};

function priceOf(workflow: Verification['workflow']): string {
  const tried = workflow.filter(({ initiatedAt }) => initiatedAt !== undefined);
  return tried.reduce((sum, { order }) => sum + (PRICES[order.channel] ?? 0), 0).toFixed(4);
}

/** `user_rejected` is an outcome of a step only; the summary's own list has no such status. */
function summaryStatus(status: Verification['status']): string {
  return status === 'user_rejected' ? 'failed' : status;
}

function summaryStep({ order, initiatedAt, status }: Step): Record<string, unknown> {
  return {
    channel: order.channel,
    ...(initiatedAt === undefined ? {} : { initiated_at: initiatedAt }),
    status,
    ...(status === 'blocked' ? { reason: BLOCKED_REASON } : {}),
  };
}

function isAdvanced({ workflow }: Verification): boolean {
  return workflow[0]?.order.advanced === true;
}

function clientRef({ order }: Verification): { readonly client_ref?: string } {
  return order.clientRef === undefined ? {} : { client_ref: order.clientRef };
}
