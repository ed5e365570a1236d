/** What `status` needs. */

import type { TokenNeeds } from '../../lambda/needs.ts';
import type { PublishNeeds } from '../../usecases/publish-change.ts';
import type { Dependencies } from '../dependencies.ts';
import { createReadingDependencies } from '../reading.ts';

export function buildStatusNeeds(): Dependencies<PublishNeeds & TokenNeeds> {
  return createReadingDependencies();
}
