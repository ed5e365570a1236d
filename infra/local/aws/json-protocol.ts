/**
 * The JSON protocol of AWS's services: `X-Amz-Target` names the operation, an error carries
 * `__type`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';

/** An answer that AWS's SDKs turn into the exception of that name. */
export class ServiceError extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** One operation: takes the parsed body and returns the object to send. */
export type Operation = (input: unknown) => unknown;

/** A service's operations by name. */
export type Service = Readonly<Record<string, Operation>>;

/** Writes the operation's answer, or its error. */
export function runOperation(
  service: Service,
  operationName: string,
  body: string,
  response: ServerResponse,
): void {
  try {
    const operation = service[operationName];
    if (!operation) throw new ServiceError('UnknownOperationException', 'unknown operation');
    respond(response, 200, operation(JSON.parse(body)));
  } catch (error) {
    const { name, message, status } = toServiceError(error);
    respond(response, status, { __type: name, message, Message: message });
  }
}

/** Value of `X-Amz-Target`: service prefix and operation. */
export function toTarget({ headers }: IncomingMessage): readonly [service: string, name: string] {
  const [service = '', name = ''] = String(headers['x-amz-target'] ?? '').split('.');
  return [service, name];
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': crypto.randomUUID(),
    })
    .end(JSON.stringify(body));
}

function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof z.ZodError) {
    return new ServiceError('ValidationException', z.prettifyError(error));
  }
  if (error instanceof SyntaxError) return new ServiceError('SerializationException', 'not JSON');
  console.error(error);
  return new ServiceError('InternalServiceError', 'an error occurred on the server side', 500);
}
