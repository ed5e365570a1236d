/** Binds listeners; a port in use becomes a clear message. */
import type { Server } from 'node:http';
import { LocalStackError } from './error.ts';

/**
 * Listens on `port` (0: any free one).
 * @throws LocalStackError when the port is taken
 */
export async function listen(
  server: Server,
  port: number,
  host: string,
): Promise<{ readonly port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ port, host }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw toListenError(cause, port);
  }
  server.removeListener('error', reject);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening without a port');
  return { port: address.port };
}

function toListenError(cause: unknown, port: number): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  if (cause.code === 'EADDRINUSE') {
    return new LocalStackError(`port ${port} is taken; end what uses it or choose another`, {
      cause,
    });
  }
  return cause.code === 'EACCES'
    ? new LocalStackError(`port ${port} may not be used by this user`, { cause })
    : cause;
}
