/** The template's functions, each as a pool of processes that print into the function's log. */
import type { FunctionLogs } from './function-logs.ts';
import { createFunctionPool, type FunctionPool } from './lambda-runtime/function-pool.ts';
import { type LocalAddresses, toLocalEnvironment } from './local-environment.ts';
import type { FunctionResource } from './template/functions.ts';
import type { LocalTemplate } from './template.ts';

/** The variable that carries a function's name as in `functions/`. */
const NAME_VARIABLE = 'POWERTOOLS_SERVICE_NAME';

export interface FunctionsOptions {
  readonly template: LocalTemplate;
  readonly addresses: LocalAddresses;
  readonly logs: FunctionLogs;
  /** Added to every function's variables. */
  readonly extraEnvironment: Readonly<Record<string, string>>;
}

/** Pools by the name of the function in the template. */
export function openFunctions(options: FunctionsOptions): ReadonlyMap<string, FunctionPool> {
  return new Map(
    options.template.functions.map((resource) => [resource.name, openFunction(resource, options)]),
  );
}

function openFunction(
  resource: FunctionResource,
  { template, addresses, logs, extraEnvironment }: FunctionsOptions,
): FunctionPool {
  const name = resource.environment[NAME_VARIABLE] ?? resource.logicalId;
  return createFunctionPool(
    {
      name: resource.name,
      arn: resource.arn,
      codeFolder: resource.codeFolder,
      handler: resource.handler,
      timeoutMs: resource.timeoutSeconds * 1000,
      memoryMegabytes: resource.memoryMegabytes,
      region: template.place.region,
      logFormat: resource.logFormat,
      logLevel: resource.logLevel,
      environment: { ...toLocalEnvironment(resource, addresses), ...extraEnvironment },
    },
    {
      label: name,
      maxEnvironments: resource.reservedConcurrency,
      onLine: (line, stream) => logs.write({ function: name, line, stream }),
    },
  );
}
