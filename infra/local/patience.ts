/** Longer time limits of Lambda and API Gateway, for a machine that runs everything at a fraction of its speed. */
import type { Api } from './template/apis.ts';
import type { LocalTemplate } from './template.ts';

/** @param factor 1 leaves the limits as the template has them */
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
