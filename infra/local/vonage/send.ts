/** Sends an answer, unchanged or with the changes of a fault. */
import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { AnswerFault } from './fault-rules.ts';
import { PROBLEM_NAMES, type ProblemName, problem } from './problems.ts';
import type { Time } from './time.ts';

const DEFAULT_DELAY_MS = 10_000;
const OK: Answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };

/** Whether Vonage acts before the fault applies. */
export function hasEffect({ effect, kind }: AnswerFault): boolean {
  if (effect !== undefined) return effect === 'done';
  return kind !== 'timeout' && kind !== 'invalid_params_object' && !isProblem(kind);
}

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}

/**
 * Sends the answer with the changes of the fault.
 * @param answer absent when the fault prevented the call
 * @returns the status that was sent, null when nothing was sent
 */
export function sendSpoiled(
  response: ServerResponse,
  answer: Answer | undefined,
  fault: AnswerFault,
  time: Time,
): number | null {
  const spoiled = spoil(answer ?? OK, fault);
  const delayMs = fault.delay_ms ?? DEFAULT_DELAY_MS;
  switch (fault.kind) {
    case 'timeout':
      return null;
    case 'reset':
      response.destroy();
      return null;
    case 'slow':
      time.after(delayMs, () => send(response, spoiled));
      return spoiled.status;
    case 'trickle':
      sendHalf(response, spoiled);
      time.after(delayMs, () => response.end(spoiled.body.slice(half(spoiled.body))));
      return spoiled.status;
    case 'truncated':
      sendHalf(response, spoiled);
      time.after(0, () => response.destroy());
      return spoiled.status;
    default:
      if (fault.delay_ms === undefined) send(response, spoiled);
      else time.after(fault.delay_ms, () => send(response, spoiled));
      return spoiled.status;
  }
}

function spoil(answer: Answer, fault: AnswerFault): Answer {
  const retry = fault.retry_after === undefined ? {} : { 'retry-after': `${fault.retry_after}` };
  const changed = withKind(answer, fault);
  return {
    status: fault.status ?? changed.status,
    headers: { ...changed.headers, ...retry },
    body: changed.body,
  };
}

function withKind(answer: Answer, { kind, set }: AnswerFault): Answer {
  if (isProblem(kind)) return problem(kind, { ...problemMembers(kind), ...set });
  switch (kind) {
    case 'invalid_params_object':
      return problem('invalid_params', { invalid_parameters: { name: 'to', reason: 'invalid' } });
    case 'not_json':
      return {
        status: answer.status,
        headers: { 'content-type': 'text/html' },
        body: '<html><body>Bad Gateway</body></html>',
      };
    case 'empty':
      return { status: answer.status, headers: {}, body: '' };
    case 'extra_members':
      return withMembers(answer, { unknown_member: { nested: [1, null] }, ...set });
    default:
      return set === undefined ? answer : withMembers(answer, set);
  }
}

function withMembers(answer: Answer, members: Readonly<Record<string, unknown>>): Answer {
  if (answer.body === '') return answer;
  return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), ...members }) };
}

function problemMembers(name: ProblemName): Readonly<Record<string, unknown>> {
  if (name !== 'invalid_params') return {};
  return {
    invalid_parameters: [{ name: 'workflow[0]', reason: '`to` Phone number is invalid' }],
  };
}

function sendHalf(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, half(body)));
}

function half(body: string): number {
  return Math.floor(body.length / 2);
}

function isProblem(kind: AnswerFault['kind']): kind is ProblemName {
  return PROBLEM_NAMES.some((name) => name === kind);
}
