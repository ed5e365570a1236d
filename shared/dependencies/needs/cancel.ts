/** What `cancel` needs. */

import type { TokenNeeds } from '../../lambda/needs.ts';
import type { PublishEndNeeds } from '../../usecases/publish-end.ts';
import type { Dependencies } from '../dependencies.ts';
import { createVerifyingDependencies } from '../verifying.ts';

export function buildCancelNeeds(): Dependencies<PublishEndNeeds & TokenNeeds> {
  return createVerifyingDependencies();
}
