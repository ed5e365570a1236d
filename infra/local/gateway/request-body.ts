/** Reads a request's body up to the gateway's limit. */
import type { IncomingMessage } from 'node:http';

/** API Gateway accepts at most 10 MB. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** @returns undefined when the body is larger; then the rest is not read */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
