/** The template's functions, each as a pool of processes that print into the function's log. */
import { join } from 'node:path';
import { LocalStackError } from './error.ts';
import type { FunctionLogs } from './function-logs.ts';
import { createFunctionPool, type FunctionPool } from './lambda-runtime/function-pool.ts';
import { type LocalAddresses, toLocalEnvironment } from './local-environment.ts';
import type { FunctionResource } from './template/functions.ts';
import type { LocalTemplate } from './template.ts';

/** Options for functions under development. */
export interface Development {
  /** Holds `<function>/index.mjs` with its source map, in place of the template's assets. */
  readonly bundlesFolder: string;
  /** The function whose process waits for a debugger on this port. */
  readonly inspected?: { readonly function: string; readonly port: number } | undefined;
}

export interface FunctionsOptions {
  readonly template: LocalTemplate;
  readonly addresses: LocalAddresses;
  readonly logs: FunctionLogs;
  /** Added to every function's variables. */
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly development?: Development | undefined;
  /** Node options of every process, in addition to Lambda's own. */
  readonly nodeOptions: readonly string[];
  readonly initTimeoutMs: number;
}

/**
 * Pools by the name of the function in the template.
 * @throws LocalStackError when a debugger is requested for a function that does not exist
 */
export function openFunctions(options: FunctionsOptions): ReadonlyMap<string, FunctionPool> {
  const { template, development } = options;
  const labels = template.functions.map(({ logicalId }) => toLabel(logicalId));
  const inspected = development?.inspected?.function;
  if (inspected !== undefined && !labels.includes(inspected)) {
    throw new LocalStackError(`INSPECT must be one of ${labels.join(', ')}`);
  }
  return new Map(
    template.functions.map((resource) => [resource.name, openFunction(resource, options)]),
  );
}

function openFunction(
  resource: FunctionResource,
  {
    template,
    addresses,
    logs,
    extraEnvironment,
    development,
    nodeOptions,
    initTimeoutMs,
  }: FunctionsOptions,
): FunctionPool {
  const label = toLabel(resource.logicalId);
  const { bundlesFolder, inspected } = development ?? {};
  return createFunctionPool(
    {
      name: resource.name,
      arn: resource.arn,
      codeFolder: bundlesFolder === undefined ? resource.codeFolder : join(bundlesFolder, label),
      hasSourceMaps: development !== undefined,
      inspectPort: inspected?.function === label ? inspected.port : undefined,
      handler: resource.handler,
      timeoutMs: resource.timeoutSeconds * 1000,
      initTimeoutMs,
      nodeOptions,
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
