/** What `message` needs. */

import type { TokenNeeds } from '../../lambda/needs.ts';
import type { PublishNeeds } from '../../usecases/announce.ts';
import type { Dependencies } from '../dependencies.ts';
import { createReadingDependencies } from '../reading.ts';

export function buildMessageNeeds(): Dependencies<PublishNeeds & TokenNeeds> {
  return createReadingDependencies();
}
