/** The page's reads from the Vonage simulator, and the fault rules that it adds there. */
import type { Endpoints } from '../endpoints.ts';
import { type PageAnswer, refuse, toJson } from './page-answer.ts';

const TIMEOUT_MS = 5_000;

/** The journal of one verification, after a given entry. */
export function readCalls({ vonage }: Endpoints, query: URLSearchParams): Promise<PageAnswer> {
  const wanted = new URLSearchParams({
    request_id: query.get('request_id') ?? '',
    since: query.get('since') ?? '0',
  });
  return pass(`${vonage}/_local/calls?${wanted}`);
}

/** The messages to one address only. */
export function readInbox({ vonage }: Endpoints, query: URLSearchParams): Promise<PageAnswer> {
  const wanted = new URLSearchParams({ to: query.get('to') ?? '' });
  return pass(`${vonage}/inbox?${wanted}`);
}

export function addRules({ vonage }: Endpoints, body: unknown): Promise<PageAnswer> {
  return pass(`${vonage}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? null),
  });
}

/** Removes one rule by its id; other clients' rules stay. */
export async function removeRule(
  { vonage }: Endpoints,
  query: URLSearchParams,
): Promise<PageAnswer> {
  const id = query.get('id') ?? '';
  if (id === '') return refuse(400, 'which rule?');
  return pass(`${vonage}/faults/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

async function pass(url: string, init: RequestInit = {}): Promise<PageAnswer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  return toJson(
    text === '' ? {} : JSON.parse(text),
    response.status === 204 ? 200 : response.status,
  );
}
