/** What goes wrong in one run, and how often: drawn once from the seed, switched off for the end. */

import type { Prng } from '../../fixtures/prng.ts';

/**
 * `slow`: just in time. `refused`: throttled or not connected, no effect. `lost_request`: no effect,
 * no answer. `lost_answer`: effect, no answer. `late`: no answer, and the effect comes after that.
 * `repeated`: the effect comes twice. `crash`: the instance dies while it waits.
 */
const EXCHANGE_FAULTS = [
  'slow',
  'refused',
  'lost_request',
  'lost_answer',
  'late',
  'repeated',
] as const;
type ExchangeFault = (typeof EXCHANGE_FAULTS)[number];

/** Everything that can be left out to shorten a history. */
export const FAULT_KINDS = [
  ...EXCHANGE_FAULTS,
  'crash',
  'webhook_lost',
  'webhook_repeated',
  'webhook_delayed',
  'message_lost',
  'message_repeated',
  'message_delayed',
  'network_lost',
  'socket_dead',
  'provider_error',
  'odd_provider',
  'skew',
  'rotation',
  'ttl',
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

const RATES = [0, 0.01, 0.04, 0.12] as const;

export type Faults = ReturnType<typeof createFaults>;

export function createFaults(prng: Prng, without: ReadonlySet<string>) {
  const isQuiet = prng.chance(0.1);
  // No webhook arrives at all: only the clock and questions move anything.
  const isDeaf = prng.fork('deaf').chance(0.1);
  const intensity = prng.pick([0.5, 1, 1, 2]);
  const rates = new Map(
    FAULT_KINDS.map((kind) => {
      const rate = prng.pick(RATES) * intensity;
      if (isQuiet || without.has(kind)) return [kind, 0];
      return [kind, isDeaf && kind === 'webhook_lost' ? 1 : rate];
    }),
  );
  const streams = new Map(FAULT_KINDS.map((kind) => [kind, prng.fork(kind)]));
  let isOver = false;
  const happens = (kind: FaultKind): boolean =>
    (streams.get(kind)?.chance(rates.get(kind) ?? 0) ?? false) && !isOver;
  return {
    happens,
    /** At most one of the kinds an exchange can suffer. */
    ofExchange: (): ExchangeFault | undefined => EXCHANGE_FAULTS.filter(happens)[0],
    /** Whether this run knows that kind at all. */
    knows: (kind: FaultKind) => !isOver && (rates.get(kind) ?? 0) > 0,
    stop: (): void => {
      isOver = true;
    },
  };
}
