/**
 * The bytes of a request, checked in the order of docs/architecture.md#webhook-verification: size
 * first, then content type.
 */

import { Problem } from '../domain/errors.ts';
import type { HttpRequest } from './handler.ts';

/**
 * Throws `payload_too_large`, `request_invalid` for no body at all, or `media_type_unsupported`.
 */
export function rawBody(request: HttpRequest, maxBytes: number): Buffer {
  const { body = '', isBase64Encoded, headers } = request;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBytes) {
    throw new Problem('payload_too_large', 'the body exceeds its limit');
  }
  if (bytes.length === 0) {
    const errors = [{ field: 'body', reason: 'is missing' }];
    throw new Problem('request_invalid', 'the body is missing', { errors });
  }
  const [mediaType, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find(isCharset);
  const isJson = mediaType?.trim() === 'application/json';
  if (
    !isJson ||
    (charset && !/^charset="?utf-?8"?$/.test(charset)) ||
    headers['content-encoding']
  ) {
    throw new Problem('media_type_unsupported', 'the body is not plain JSON');
  }
  return bytes;
}

function isCharset(parameter: string): boolean {
  return parameter.startsWith('charset=');
}
