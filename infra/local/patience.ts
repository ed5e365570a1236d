/** Extends the time limits of Lambda and API Gateway, for a machine that runs everything slowly. */
import type { Api } from './template/apis.ts';
import type { LocalTemplate } from './template.ts';

/** @param factor 1 keeps the limits of the template */
export function withPatience(template: LocalTemplate, factor: number): LocalTemplate {
  const patient = (api: Api): Api => ({
    ...api,
    routes: api.routes.map((route) => ({ ...route, timeoutMs: route.timeoutMs * factor })),
  });
  return {
    ...template,
    functions: template.functions.map((resource) => ({
      ...resource,
      timeoutSeconds: resource.timeoutSeconds * factor,
    })),
    http: patient(template.http),
    websocket: patient(template.websocket),
  };
}
