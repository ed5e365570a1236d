/** What `check-code` needs. */

import type { TokenNeeds } from '../../lambda/needs.ts';
import type { CheckCodeNeeds } from '../../usecases/check-code.ts';
import type { WarmableDependencies } from '../dependencies.ts';
import { random } from '../random.ts';
import { createLog } from '../verification-log.ts';
import { createVerifyingDependencies } from '../verifying.ts';
import { createVonageClient } from '../vonage.ts';
import { createWarmUpEnds } from '../warm-up.ts';

export function buildCheckCodeNeeds(): WarmableDependencies<CheckCodeNeeds & TokenNeeds> {
  const { needs, early } = createVerifyingDependencies();
  const { endNotifier: _bus, clockQueue: _queue, ...others } = needs;
  return {
    needs: { ...needs, random },
    early,
    warmUpNeeds: () => {
      const { dynamoDb, vonage, telemetry, pusher } = createWarmUpEnds();
      const log = createLog(dynamoDb);
      return { ...others, random, log, vonage: createVonageClient(vonage), telemetry, pusher };
    },
  };
}
