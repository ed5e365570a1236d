/** What `cancel` needs. */

import type { TokenNeeds } from '../../lambda/needs.ts';
import type { CancelNeeds } from '../../usecases/cancel-verification.ts';
import type { Dependencies } from '../dependencies.ts';
import { createVerifyingDependencies } from '../verifying.ts';

export function buildCancelNeeds(): Dependencies<CancelNeeds & TokenNeeds> {
  return createVerifyingDependencies();
}
