/** The template's functions, each as a pool of processes that print into the function's log. */
import type { FunctionLogs } from './function-logs.ts';
import { createFunctionPool, type FunctionPool } from './lambda-runtime/function-pool.ts';
import { type LocalAddresses, toLocalEnvironment } from './local-environment.ts';
import type { FunctionResource } from './template/functions.ts';
import type { LocalTemplate } from './template.ts';

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
  const label = toLabel(resource.logicalId);
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
      label,
      maxEnvironments: resource.reservedConcurrency,
      onLine: (line, stream, pid) => logs.write({ function: label, line, stream, pid }),
    },
  );
}

/** `CheckCode1A2B3C4D`, as CDK names resources, becomes `check-code`, the name in `functions/`. */
function toLabel(logicalId: string): string {
  return logicalId
    .replace(/[0-9A-F]{8}$/, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase();
}
