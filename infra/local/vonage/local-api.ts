/**
 * An API for developers, which Vonage does not have: the inbox, the faults, the journal, and the
 * state of one request. `docs/vonage.md` shows each with an example.
 */
import { z } from 'zod';
import { type Answer, empty, json } from './answer.ts';
import { type FaultRule, faultRule } from './fault-rules.ts';
import type { ArmedRule, Faults } from './faults.ts';
import type { Inbox } from './inbox.ts';
import type { Journal } from './journal.ts';
import type { Requests } from './requests.ts';
import type { Verification } from './verification.ts';
import type { Webhooks } from './webhooks.ts';

export interface LocalCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const rules = z.union([
  z.array(faultRule),
  z.strictObject({ rules: z.array(faultRule) }).transform((given) => given.rules),
  faultRule.transform((rule) => [rule]),
]);

export function createLocalApi(needs: {
  readonly inbox: Inbox;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly requests: Requests;
  readonly webhooks: Webhooks;
}): (call: LocalCall) => Answer | undefined {
  const { inbox, faults, journal, requests, webhooks } = needs;

  function showFaults(): Answer {
    return json(200, { rules: faults.list().map(showRule) });
  }

  function changeFaults(body: unknown, apply: (given: readonly FaultRule[]) => void): Answer {
    const parsed = rules.safeParse(body);
    if (!parsed.success) return json(400, { message: z.prettifyError(parsed.error) });
    apply(parsed.data);
    return showFaults();
  }

  function answerFaults(method: string, id: string, body: unknown): Answer | undefined {
    if (method === 'GET' && id === '') return showFaults();
    if (method === 'PUT' && id === '') return changeFaults(body, faults.replace);
    if (method === 'POST' && id === '') return changeFaults(body, faults.add);
    if (method !== 'DELETE') return undefined;
    faults.remove(id === '' ? undefined : decodeURIComponent(id));
    return empty(204);
  }

  function showRequest(requestId: string): Answer {
    const verification = requests.find(requestId);
    if (verification === undefined) return json(404, { message: 'unknown request' });
    const pending = webhooks.pending(requestId).map((delivery) => ({
      attempts: delivery.attempts,
      next_at: new Date(delivery.nextAtMs).toISOString(),
    }));
    return json(200, { ...showVerification(verification), webhooks_pending: pending });
  }

  return ({ method, path, query, body }) => {
    const [, first, second, third = ''] = path.split('/');
    if (first === 'faults') return answerFaults(method, second ?? '', body);
    if (method !== 'GET') return undefined;
    if (path === '/inbox') return json(200, inbox.read(query.get('to') ?? undefined));
    if (first !== '_local') return undefined;
    if (second === 'requests') return showRequest(third);
    if (second !== 'calls') return undefined;
    const requestId = query.get('request_id');
    const operation = query.get('operation');
    return json(
      200,
      journal.list({
        since: Number(query.get('since') ?? 0) || 0,
        ...(requestId === null ? {} : { requestId }),
        ...(operation === null ? {} : { operation }),
      }),
    );
  };
}

function showRule({ rule, remaining }: ArmedRule): Record<string, unknown> {
  return remaining === undefined ? rule : { ...rule, remaining };
}

function showVerification(verification: Verification): Record<string, unknown> {
  const { order, workflow } = verification;
  return {
    request_id: verification.requestId,
    status: verification.status,
    channel: workflow[verification.current]?.order.channel,
    brand: order.brand,
    client_ref: order.clientRef ?? null,
    channel_timeout: order.channelTimeoutSeconds,
    code_length: order.codeLength,
    template_id: order.templateId ?? null,
    submitted_at: verification.submittedAt,
    step_ends_at: new Date(verification.stepEndsAtMs).toISOString(),
    finalized_at: verification.finalizedAt ?? null,
    workflow: workflow.map((step) => ({
      channel: step.order.channel,
      to: step.order.to,
      status: step.status,
      initiated_at: step.initiatedAt ?? null,
      wrong_codes: step.wrongCodes,
    })),
  };
}
