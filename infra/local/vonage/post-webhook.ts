/** One POST to the Status URL. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Vonage's general article on webhooks: 15 s to answer, connecting included (protocol §5.1). */
const ANSWER_TIMEOUT_MS = 15_000;
const MAX_SOCKETS = 64;

export interface Poster {
  /** The status of the answer; null when there was none. */
  post(url: string, body: string, token: string | undefined): Promise<number | null>;
  close(): void;
}

export function createPoster(): Poster {
  const http = new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  return {
    post(url, body, token) {
      const isSecure = url.startsWith('https:');
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const { promise, resolve } = Promise.withResolvers<number | null>();
      const request = (isSecure ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        headers,
        agent: isSecure ? https : http,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      request.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? null));
        response.on('error', () => resolve(null));
      });
      request.on('error', () => resolve(null));
      request.end(body);
      return promise;
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}
