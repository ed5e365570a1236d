/** The functions that `start` warms, where the stage sets `warmTogether`. */

import { createWarmOthers } from '../adapters/lambda/warm-others.ts';
import { ENV } from '../config.ts';
import type { WarmOthers } from '../domain/ports/warm-up.ts';
import { type Aws, requestOptions } from './aws.ts';
import { findVariable, requireJson } from './environment.ts';

export function findWarmOthers(aws: Aws): { readonly warmOthers?: WarmOthers } {
  if (findVariable(ENV.warmTogether) === undefined) return {};
  const names = requireJson<readonly string[]>(ENV.warmTogether);
  const options = requestOptions(aws, ENV.lambdaEndpoint);
  return { warmOthers: createWarmOthers({ ...options, names }) };
}
