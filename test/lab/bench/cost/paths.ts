/**
 * The two paths that are priced: the silent one, and the one that ends with a code by e-mail. The
 * clock's message, which comes a minute later, is sent once more without its delay.
 */

import type { Endpoints } from '../../../../infra/local/endpoints.ts';
import { call, toApp } from '../../../fixtures/app.ts';
import { inboxCode } from '../../../fixtures/local-services.ts';
import { wakeUp } from '../../../fixtures/wake-up.ts';
import { phoneNumber } from '../load/phone-number.ts';

export type Path = 'happy' | 'fallback';

/** What the two APIs sent for one verification, and what came in over its socket. */
export interface Traffic {
  readonly httpBytesOut: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly websocketBytesOut: number;
}

/** Headers of an answer, roughly. */
const HEADER_BYTES = 300;

export async function walk(path: Path, endpoints: Endpoints): Promise<Traffic> {
  const number = phoneNumber(path === 'happy' ? 'even' : 'odd');
  const email = `cost-${number.slice(1)}@example.org`;
  const body = { phone_number: number, email };
  const started = await call(endpoints.api, 'POST', '/start', { body });
  if (started.status !== 202) throw new Error(`the start was answered ${started.status}`);
  const app = toApp(endpoints.api, started);
  const socket = await app.openSocket();
  await socket.subscribe();
  const { action } = await socket.receives((it) => it.action?.type === 'open_check_url');
  const carrier = await app.openCheckUrl(action?.type === 'open_check_url' ? action.check_url : '');
  let code: unknown = carrier.body.code;
  if (path === 'fallback') {
    await socket.receives(
      ({ channel, status }) => channel === 'email' && status === 'action_pending',
    );
    code = await inboxCode(endpoints, email);
  }
  const checked = await app.post('/check-code', { request_id: app.requestId, code });
  if (checked.status !== 200) throw new Error(`the check was answered ${checked.status}`);
  await socket.receives(({ status }) => status === 'completed');
  await wakeUp(endpoints, app.requestId);
  socket.close();
  return {
    httpBytesOut: bytesOf(started.body) + bytesOf(checked.body) + 2 * HEADER_BYTES,
    messagesIn: 1,
    messagesOut: socket.messages.length,
    websocketBytesOut: socket.messages.reduce((sum, message) => sum + bytesOf(message), 0),
  };
}

function bytesOf(body: unknown): number {
  return Buffer.byteLength(JSON.stringify(body));
}
