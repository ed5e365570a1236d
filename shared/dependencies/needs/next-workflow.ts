/** What `next-workflow` needs. */

import type { TokenNeeds } from '../../lambda/needs.ts';
import type { SkipChannelNeeds } from '../../usecases/skip-channel.ts';
import type { Dependencies } from '../dependencies.ts';
import { createVerifyingDependencies } from '../verifying.ts';

export function buildNextWorkflowNeeds(): Dependencies<SkipChannelNeeds & TokenNeeds> {
  return createVerifyingDependencies();
}
