/** EventBridge, as far as the functions use it: it takes the end of a verification, or does not. */

import type { EndNotifier } from '../../../shared/domain/ports/end-notifier.ts';
import type { History } from './history.ts';
import type { Waiting, Wire } from './wire.ts';

const TIMEOUT_MS = 1000;

export function createBus({ wire, history }: { readonly wire: Wire; readonly history: History }) {
  return (who: Waiting): EndNotifier => ({
    notify: async ({ requestId }, { status }) => {
      const effect = (): void => history.record({ kind: 'end', requestId, status });
      const asked = { to: 'the bus', timeoutMs: TIMEOUT_MS, latencyMs: 10, effect };
      return (await wire.exchange(who, asked)).outcome === 'answered';
    },
  });
}
