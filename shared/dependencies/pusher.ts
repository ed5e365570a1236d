/** The open WebSockets. */

import { createPusher } from '../adapters/websocket/pusher.ts';
import { ENV } from '../config.ts';
import { toVerificationObject } from '../contract/to-verification-object.ts';
import type { Pusher } from '../domain/ports/pusher.ts';
import type { Aws } from './aws.ts';
import type { EarlyTask } from './dependencies.ts';
import { requireVariable } from './environment.ts';
import { clock } from './instance.ts';

export function createWebSocketPusher(aws: Aws): Pusher {
  return createPusher({
    ...aws,
    endpoint: requireVariable(ENV.websocketManagementUrl),
    clock,
    encode: (verification) =>
      JSON.stringify({ type: 'transition', verification: toVerificationObject(verification) }),
  });
}

export function openPushSocket({ agent }: Aws): EarlyTask {
  const url = requireVariable(ENV.websocketManagementUrl);
  return () => agent.openSocket(new URL(url));
}
