/**
 * Reads from the synthesized template what the local stack runs. An unknown intrinsic, type,
 * property or value is an error; none is skipped silently.
 */
import { readMonitoringResources, type StoredMonitoring } from './dashboard/monitoring.ts';
import { type Api, readApi } from './template/apis.ts';
import { type DomainMapping, readDomains } from './template/domains.ts';
import { type EventInvokeSettings, readEventInvoke } from './template/event-invoke.ts';
import { type FunctionResource, readFunctions } from './template/functions.ts';
import { assertKnown } from './template/known-resources.ts';
import { type QueueResource, readQueues } from './template/queues.ts';
import { readRawTemplate } from './template/raw-template.ts';
import type { Surroundings } from './template/resource-names.ts';
import { createResources } from './template/resources.ts';
import {
  type ParameterResource,
  readParameters,
  readSecrets,
  readTables,
  type SecretResource,
  type TableResource,
} from './template/storage.ts';

/** Paths of the template and its bundled assets. */
export interface Assembly {
  readonly templateFile: string;
  /** Folder of each asset, by its object key (`S3Key`). */
  readonly assetFolders: ReadonlyMap<string, string>;
  readonly place: Surroundings;
}

export interface LocalTemplate {
  readonly place: Surroundings;
  readonly functions: readonly FunctionResource[];
  readonly http: Api;
  readonly websocket: Api;
  readonly domains: readonly DomainMapping[];
  readonly tables: readonly TableResource[];
  readonly secrets: readonly SecretResource[];
  readonly parameters: readonly ParameterResource[];
  readonly queues: readonly QueueResource[];
  /** Settings by function; other functions have Lambda's defaults. */
  readonly eventInvoke: ReadonlyMap<string, EventInvokeSettings>;
  readonly monitoring: StoredMonitoring;
}

/** @throws LocalStackError that names what the local stack does not know */
export function readTemplate({ templateFile, assetFolders, place }: Assembly): LocalTemplate {
  const raw = readRawTemplate(templateFile);
  assertKnown(raw);
  const resources = createResources(raw, place);
  return {
    place,
    functions: readFunctions(resources, assetFolders),
    http: readApi(resources, 'HTTP'),
    websocket: readApi(resources, 'WEBSOCKET'),
    domains: readDomains(resources),
    tables: readTables(resources),
    secrets: readSecrets(resources),
    parameters: readParameters(resources),
    queues: readQueues(resources),
    eventInvoke: readEventInvoke(resources),
    monitoring: readMonitoringResources(resources),
  };
}
