/**
 * The recorded peers behind TLS and a distance: AWS one millisecond away, Vonage forty. The certificate
 * comes from an authority that is made for the run.
 */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { ENV } from '../../../../shared/config.ts';
import { variables } from '../../../fixtures/bundled-function.ts';
import type { RecordedPeers } from '../../../fixtures/recorded-peers.ts';

interface DistantPeers {
  /** Of a function that calls these peers and trusts their authority. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => void;
}

const ROUND_TRIP_MS = { aws: 1, vonage: 40 };

export async function startDistantPeers(peers: RecordedPeers): Promise<DistantPeers> {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-authority-'));
  const certificate = createCertificate(folder);
  const inner = createTlsServer(certificate, (socket) => {
    const { hostname, port } = new URL(peers.url);
    joinSockets(socket, connect(Number(port), hostname), 0);
  });
  const tlsPort = await listen(inner);
  const far = (roundTripMs: number): Server =>
    createServer((socket) => joinSockets(socket, connect(tlsPort, 'localhost'), roundTripMs));
  const [aws, vonage] = [far(ROUND_TRIP_MS.aws), far(ROUND_TRIP_MS.vonage)];
  const [awsUrl, vonageUrl] = [
    `https://localhost:${await listen(aws)}`,
    `https://localhost:${await listen(vonage)}`,
  ];
  return {
    environment: {
      ...variables(peers),
      [ENV.vonageBaseUrl]: vonageUrl,
      [ENV.websocketManagementUrl]: `${awsUrl}/dev`,
      [ENV.dynamodbEndpoint]: awsUrl,
      [ENV.secretsManagerEndpoint]: awsUrl,
      NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem'),
    },
    close: () => {
      for (const server of [aws, vonage, inner]) server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** By the command `openssl`, as Node signs no certificates. */
function createCertificate(folder: string): { readonly key: Buffer; readonly cert: Buffer } {
  const openssl = (...args: string[]): unknown =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl(
    ...['req', '-x509', ...ec, '-subj', '/CN=bench authority'],
    ...['-keyout', 'authority.key', '-out', 'authority.pem'],
  );
  openssl(
    ...['req', '-x509', ...ec, '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=CA:FALSE'],
    ...['-CA', 'authority.pem', '-CAkey', 'authority.key'],
    ...['-keyout', 'server.key', '-out', 'server.pem'],
  );
  return {
    key: readFileSync(join(folder, 'server.key')),
    cert: readFileSync(join(folder, 'server.pem')),
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Each chunk arrives half a round trip later, the first one a whole one more: TCP's own handshake. */
function joinSockets(near: Socket, far: Socket, roundTripMs: number): void {
  carry(near, far, roundTripMs / 2, roundTripMs);
  carry(far, near, roundTripMs / 2, 0);
}

function carry(from: Socket, to: Socket, delayMs: number, firstMs: number): void {
  from.setNoDelay(true);
  const openedAtMs = performance.now();
  const later = (task: () => void): void => {
    const untilMs = Math.max(performance.now(), openedAtMs + firstMs) + delayMs;
    const waitMs = untilMs - performance.now();
    if (waitMs <= 0) task();
    else setTimeout(task, waitMs);
  };
  from.on('data', (chunk) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
}
