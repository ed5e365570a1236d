/** Answers of the page's server, and how they are written. */
import type { ServerResponse } from 'node:http';

export interface PageAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  /** CSP source expression of the only inline script of the page. */
  readonly script?: string;
}

export function toJson(value: unknown, status = 200): PageAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** An error in the form of API Gateway's own answers. */
export function refuse(status: number, message: string): PageAnswer {
  return toJson({ message }, status);
}

export function sendAnswer(
  response: ServerResponse,
  { status, type, body }: PageAnswer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
