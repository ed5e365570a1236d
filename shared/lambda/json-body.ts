/** Parses an untrusted body into a type of the contract. */

import type { $ZodIssue, $ZodType, output } from 'zod/v4/core';
import { safeParse } from 'zod/v4/core';
import { MAX_CLIENT_BODY_BYTES } from '../config.ts';
import { type FieldError, Problem } from '../domain/errors.ts';
import { parseStrictJson } from '../domain/strict-json.ts';
import type { HttpRequest } from './handler.ts';
import { rawBody } from './raw-body.ts';

/** Throws `request_invalid`, which names the members at fault but not their values. */
export function parseBody<Schema extends $ZodType>(
  schema: Schema,
  request: HttpRequest,
): output<Schema> {
  const bytes = rawBody(request, MAX_CLIENT_BODY_BYTES);
  return parse(schema, parseJson(bytes));
}

/** Like {@link parseBody}, for routes whose body may be left out. */
export function parseOptionalBody<Schema extends $ZodType>(
  schema: Schema,
  request: HttpRequest,
): output<Schema> {
  return request.body ? parseBody(schema, request) : parse(schema, {});
}

export function parse<Schema extends $ZodType>(schema: Schema, value: unknown): output<Schema> {
  const parsed = safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw new Problem('request_invalid', 'the body does not follow its schema', {
    errors: parsed.error.issues.slice(0, 10).map(toFieldError),
  });
}

function toFieldError({ path, message }: $ZodIssue): FieldError {
  return { field: path.join('.') || 'body', reason: message };
}

/** Throws `request_invalid`, also for JSON in which a member occurs twice. */
export function parseJson(bytes: Buffer): unknown {
  const parsed = parseStrictJson(bytes);
  if (parsed.outcome === 'value') return parsed.value;
  const reason =
    parsed.outcome === 'ambiguous' ? 'must not repeat a member' : 'must be JSON in UTF-8';
  throw new Problem('request_invalid', `the body ${reason}`, {
    errors: [{ field: 'body', reason }],
  });
}
