/** Routes of the simulator; every call is written into the journal. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Access, isTrustedOrigin, refusalOf, toPageOrigins } from '../access.ts';
import type { Answer } from './answer.ts';
import type { Authenticate } from './application-jwt.ts';
import type { ApplicationsApi } from './applications.ts';
import { findDeviceJob, type Job } from './device-jobs.ts';
import type { LocalCall } from './local-api.ts';
import { type Call, type PerformNeeds, perform, record } from './perform.ts';
import { problem } from './problems.ts';
import { readJson } from './read-json.ts';
import { send } from './send.ts';
import type { VerifyApi } from './verify-api.ts';

export interface ServerNeeds extends PerformNeeds {
  readonly authenticate: Authenticate;
  readonly api: VerifyApi;
  readonly applications: ApplicationsApi;
  readonly localApi: (call: LocalCall) => Answer | undefined;
  readonly origin: () => string;
  readonly access: Access;
}

const KEEP_ALIVE_MS = 65_000;

export function createVonageServer(needs: ServerNeeds): Server {
  const server = createServer((request, response) => {
    answer(request, response, needs).catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  needs: ServerNeeds,
): Promise<void> {
  const { access, origin } = needs;
  const isTrusted = isTrustedOrigin(request, [...toPageOrigins(origin()), ...access.origins]);
  const refusal = refusalOf(request, access) ?? (isTrusted ? undefined : 403);
  if (refusal) {
    response.writeHead(refusal).end();
    return;
  }
  const url = new URL(request.url ?? '/', 'http://simulator');
  const method = request.method ?? 'GET';
  if (method === 'GET' && request.headers.origin !== undefined) {
    response.setHeader('access-control-allow-origin', request.headers.origin);
    response.setHeader('vary', 'origin');
  }
  const [, first, second, third = '', fourth = ''] = url.pathname.split('/');
  const atMs = needs.time.now();
  const body = await readJson(request, first === 'faults' && method === 'PUT');
  const call: Call = { request, response, method, url, body, atMs };
  if (first === 'v2' && second === 'verify' && method !== 'GET') {
    return answerApi(call, third, fourth, needs);
  }
  if (first === 'v2' && second === 'applications') return answerApplication(call, third, needs);
  const job = method === 'GET' ? findDeviceJob(url, request.headers.cookie, needs) : undefined;
  if (job !== undefined) return perform(call, job, needs);
  const local = needs.localApi({
    method,
    path: url.pathname,
    query: url.searchParams,
    body,
  });
  send(response, local ?? problem('not_found'));
}

async function answerApi(
  call: Call,
  requestId: string,
  rest: string,
  needs: ServerNeeds,
): Promise<void> {
  const caller = await needs.authenticate(call.request.headers.authorization);
  const claims = 'claims' in caller ? caller.claims : undefined;
  const applicationId = 'applicationId' in caller ? caller.applicationId : null;
  const job = findApiJob(call, requestId, rest, needs.api, applicationId);
  if (job === undefined) return send(call.response, problem('not_found'));
  if (!('refused' in caller)) return perform(call, job, needs, claims);
  const refusal = problem(caller.refused);
  record(call, job, refusal.status, needs);
  send(call.response, refusal);
}

/** What a call to the API does; `undefined` for an unknown operation. */
export function findApiJob(
  { method, body }: Pick<Call, 'method' | 'body'>,
  requestId: string,
  rest: string,
  api: VerifyApi,
  applicationId: string | null,
): Job | undefined {
  if (requestId === '') {
    return method === 'POST' && rest === ''
      ? { operation: 'start', act: () => api.start(body, applicationId) }
      : undefined;
  }
  if (method === 'DELETE' && rest === '') {
    return { operation: 'cancel', requestId, act: () => api.cancel(requestId) };
  }
  if (method !== 'POST') return undefined;
  if (rest === 'next_workflow') {
    return { operation: 'next_workflow', requestId, act: () => api.nextWorkflow(requestId) };
  }
  return rest === ''
    ? { operation: 'check', requestId, act: () => api.check(requestId, body) }
    : undefined;
}

function answerApplication(call: Call, id: string, needs: ServerNeeds): void {
  const { method, request, response, body, url } = call;
  const { authorization } = request.headers;
  const page = url.searchParams;
  const result = needs.applications.answer({ method, id, authorization, body, page });
  record(call, { operation: 'application' }, result.status, needs);
  send(response, result);
}
