/** The body of a request as JSON. */
import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 256 * 1024;

/**
 * @param isLenient accepts any content type, such as that of curl
 * @returns undefined without a body, for another content type, and for a body that is not JSON
 */
export async function readJson(request: IncomingMessage, isLenient = false): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  const type = request.headers['content-type'] ?? '';
  if (bytes === 0 || bytes > MAX_BYTES) return undefined;
  if (!isLenient && !/^application\/json\b/i.test(type)) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
