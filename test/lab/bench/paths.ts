/**
 * The two paths of a verification over the running stack: the silent one, and the one that ends with a
 * code by e-mail.
 */

import type { Endpoints } from '../../../infra/local/endpoints.ts';
import {
  type Answer,
  type App,
  call,
  mailbox,
  phoneNumber,
  type Socket,
  toApp,
} from '../../fixtures/app.ts';
import { inboxCode } from '../../fixtures/local-services.ts';
import { sum } from './statistics.ts';

export type Path = 'happy' | 'fallback';

/** An app that is asked to open its check_url. */
export interface Begun {
  readonly path: Path;
  readonly endpoints: Endpoints;
  readonly app: App;
  readonly socket: Socket;
  readonly email: string;
  readonly started: Answer;
  readonly checkUrl: string;
}

/** What the two APIs carried for one verification. */
export interface Traffic {
  /** Over the socket, both ways. */
  readonly messages: number;
  readonly bytesOut: number;
}

/** Headers of an answer, roughly. */
const HEADER_BYTES = 300;

/**
 * With an e-mail address a verification has the time of a second channel; without it one would end
 * before thousands have begun.
 */
export async function begin(path: Path, endpoints: Endpoints): Promise<Begun> {
  // At the simulator an even number completes, and an odd one has another SIM.
  const email = mailbox();
  const body = { phone_number: phoneNumber(path === 'happy' ? '8' : '1'), email };
  const started = await call(endpoints.api, 'POST', '/start', { body });
  if (started.status !== 202) throw new Error(`the start was answered ${started.status}`);
  const app = toApp(endpoints.api, started);
  const socket = await app.openSocket();
  await socket.subscribe();
  const { action } = await socket.receives((it) => it.action?.type === 'open_check_url');
  const checkUrl = action?.type === 'open_check_url' ? action.check_url : '';
  return { path, endpoints, app, socket, email, started, checkUrl };
}

/** Goes to the carrier and submits the code. */
export async function finish(begun: Begun): Promise<Traffic> {
  const { path, endpoints, app, socket, email, started, checkUrl } = begun;
  const carrier = await app.openCheckUrl(checkUrl);
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
  socket.close();
  const sent = [started.body, checked.body, ...socket.messages];
  return {
    messages: 1 + socket.messages.length,
    bytesOut: sum(sent.map(bytesOf)) + 2 * HEADER_BYTES,
  };
}

function bytesOf(body: unknown): number {
  return Buffer.byteLength(JSON.stringify(body));
}
