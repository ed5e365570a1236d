/** EventBridge, as far as the functions use it: it takes the end of a verification, or does not. */

import type { EndNotifier } from '../../../shared/domain/ports/end-notifier.ts';
import type { Connected, Waiting } from './wire.ts';

const TIMEOUT_MS = 1000;

export function createBus({ wire, history }: Connected): (who: Waiting) => EndNotifier {
  return (who) => ({
    notify: async ({ requestId }, { status }) => {
      const effect = (): void => history.record({ kind: 'end', requestId, status });
      const asked = { to: 'the bus', timeoutMs: TIMEOUT_MS, latencyMs: 10, effect };
      return (await wire.exchange(who, asked)).outcome === 'answered';
    },
  });
}
