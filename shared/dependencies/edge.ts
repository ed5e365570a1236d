/** CloudFront in front of the API, where the stage has it. */

import { createEdgeCheck, type EdgeCheck } from '../adapters/secrets/edge-check.ts';
import type { Secrets } from '../adapters/secrets/secret-store.ts';
import { ENV } from '../config.ts';
import type { EarlyTask } from './dependencies.ts';
import { findVariable } from './environment.ts';

export interface Edge {
  readonly isFromEdge: EdgeCheck;
  readonly isOnlyWay: boolean;
}

export function findEdge(secrets: Secrets): {
  readonly edge?: Edge;
  readonly early: readonly EarlyTask[];
} {
  const secretId = findVariable(ENV.edgeSecret);
  if (secretId === undefined) return { early: [] };
  const isFromEdge = createEdgeCheck({ secrets, secretId });
  const isOnlyWay = findVariable(ENV.edgeOnly) === 'true';
  return { edge: { isFromEdge, isOnlyWay }, early: [() => secrets.get(secretId)] };
}
