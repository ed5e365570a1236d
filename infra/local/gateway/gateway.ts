/** Puts the template's APIs on their listeners, with the functions behind them. */
import { LocalStackError } from '../error.ts';
import type { FunctionPool } from '../lambda-runtime/function-pool.ts';
import type { LocalTemplate } from '../template.ts';
import { createHttpApi, type ServePage } from './http-api.ts';
import type { Invoke } from './integration.ts';
import type { Listener } from './listener.ts';
import { createWebSocketApi } from './websocket-api.ts';

export interface GatewayOptions {
  readonly template: Pick<LocalTemplate, 'http' | 'websocket'>;
  /** By the name of the function in the template. */
  readonly functions: ReadonlyMap<string, FunctionPool>;
  readonly api: Listener;
  readonly websocket: Listener;
  readonly servePage: ServePage | undefined;
}

/** @returns what ends every WebSocket connection */
export function openGateway(options: GatewayOptions): () => void {
  const { template, functions, api, websocket, servePage } = options;
  const invoke: Invoke = async (name, event) => {
    const pool = functions.get(name);
    if (!pool) throw new LocalStackError(`a route calls ${name}, which the template lacks`);
    return pool.invoke(event);
  };
  api.attach({
    handleRequest: createHttpApi({ api: template.http, domainName: api.host, invoke, servePage }),
  });
  const sockets = createWebSocketApi({
    api: template.websocket,
    domainName: websocket.host,
    invoke,
  });
  websocket.attach(sockets);
  return () => sockets.close();
}
