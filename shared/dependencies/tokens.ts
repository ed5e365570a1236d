/** Client tokens of requests. */

import { parseClientToken } from '../adapters/secrets/client-token.ts';
import type { TokenNeeds } from '../lambda/needs.ts';
import { createHandlerNeeds, type InstanceNeeds } from './instance.ts';

/** For routes behind a client token. */
export function createTokenNeeds(): TokenNeeds & InstanceNeeds {
  return { ...createHandlerNeeds(), parseToken: parseClientToken };
}
