/**
 * Makes handshakes with the WebSocket API by hand, because the global `WebSocket` hides the status.
 */

import { randomBytes } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { WEBSOCKET_SUBPROTOCOL } from '../../../shared/config.ts';

const TIMEOUT_MS = 15_000;

/** Status of the handshake: 101 when it opened. The connection is closed again at once. */
export function shakeHands(websocketUrl: string, clientToken: string): Promise<number> {
  const url = new URL(websocketUrl.replace(/^ws/, 'http'));
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-protocol': `${WEBSOCKET_SUBPROTOCOL}, ${clientToken}`,
    },
    timeout: TIMEOUT_MS,
  });
  return new Promise((resolve, reject) => {
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once('timeout', () => request.destroy(new Error('the WebSocket API does not answer')));
    request.once('error', reject);
    request.end();
  });
}
