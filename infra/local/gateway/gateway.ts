/** Connects the template's APIs with their listeners and functions. */
import { CORS } from '../../../shared/config.ts';
import { measureHttpApi, measureIntegration, measureWebSocketApi } from '../measured.ts';
import type { PlatformMetrics } from '../platform-metrics.ts';
import type { Api } from '../template/apis.ts';
import type { LocalTemplate } from '../template.ts';
import { createHttpApi, type ServePage } from './http-api.ts';
import type { Invoke } from './integration.ts';
import type { Listener } from './listener.ts';
import { createWebSocketApi } from './websocket-api.ts';

export interface GatewayOptions {
  readonly template: Pick<LocalTemplate, 'http' | 'websocket'>;
  readonly invoke: Invoke;
  readonly api: Listener;
  readonly websocket: Listener;
  readonly servePage: ServePage;
  readonly metrics: PlatformMetrics;
  /** Web origins that CORS allows in addition to those of the template. */
  readonly origins: readonly string[];
}

/** @returns a function that ends every WebSocket connection */
export function openGateway(options: GatewayOptions): () => void {
  const { template, invoke, api, websocket, servePage, metrics, origins } = options;
  const http = withOrigins(template.http, origins);
  const httpApi = createHttpApi({
    api: http,
    domainName: api.host,
    invoke: measureIntegration(http.apiId, metrics, invoke),
  });
  const answer = measureHttpApi(http.apiId, metrics, httpApi);
  api.attach({
    handleRequest: (request, response) => {
      if (!servePage(request, response)) answer(request, response);
    },
  });
  const sockets = createWebSocketApi({
    api: template.websocket,
    domainName: websocket.host,
    invoke: measureWebSocketApi(template.websocket.apiId, metrics, invoke),
  });
  websocket.attach(sockets);
  return () => sockets.close();
}

/**
 * A stage without origins has no CORS settings; it then gets those that a stage with origins would
 * have.
 */
function withOrigins(api: Api, origins: readonly string[]): Api {
  if (origins.length === 0) return api;
  const cors = api.cors ?? { ...CORS, allowOrigins: [], allowCredentials: false };
  return { ...api, cors: { ...cors, allowOrigins: [...cors.allowOrigins, ...origins] } };
}
