/** Every await of the product: a request that is sent, takes effect somewhere, and is answered, or not. */

import type { Clock } from '../../../shared/domain/ports/clock.ts';
import type { Prng } from '../../fixtures/prng.ts';
import type { Faults } from './faults.ts';
import type { History } from './history.ts';
import type { Scheduler } from './scheduler.ts';

/** What every part of a simulated world is given. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly history: History;
  /** The part's own stream. */
  readonly prng: Prng;
}

/** A part that functions call over the wire. */
export interface Connected extends Surroundings {
  readonly wire: Wire;
}

/** An instance that waits: once it is dead, nothing that it waits for comes any more. */
export interface Waiting {
  readonly name: string;
  readonly clock: Clock;
  /** The invocation that it serves. */
  invocation: number;
  isAlive: boolean;
  readonly kill: (why: string) => void;
}

interface Exchange<T> {
  readonly to: string;
  readonly timeoutMs: number;
  /** What it does at the other end; it happens at once. */
  readonly effect: () => T;
  /** Usual time there and back. @default 4 ms */
  readonly latencyMs?: number;
  /** Whether the effect may come twice. @default true */
  readonly mayRepeat?: boolean;
}

type Exchanged<T> =
  | { readonly outcome: 'answered'; readonly value: T }
  | { readonly outcome: 'refused' | 'timeout' };

export type Wire = ReturnType<typeof createWire>;

export function createWire({ scheduler, faults, prng, history }: Surroundings) {
  const latency = (usualMs: number): number =>
    usualMs * (prng.chance(0.1) ? prng.between(1, 20) : prng.between(0.5, 1.5));

  const exchange = <T>(who: Waiting, asked: Exchange<T>): Promise<Exchanged<T>> =>
    new Promise((resolve) => {
      const { to, timeoutMs, effect, latencyMs = 4, mayRepeat = true } = asked;
      const drawn = faults.ofExchange();
      const fault = drawn === 'repeated' && !mayRepeat ? undefined : drawn;
      const willCrash = faults.happens('crash');
      const [there, back] = [latency(latencyMs / 2), latency(latencyMs / 2)];
      if (fault) {
        const what = `${fault}: ${who.name} to ${to}`;
        history.record({ kind: 'fault', what, invocation: who.invocation });
      }
      const answer = (delayMs: number, exchanged: () => Exchanged<T>): void =>
        scheduler.after(delayMs, () => {
          if (who.isAlive) resolve(exchanged());
        });
      const take = (delayMs: number): void => {
        const isInTime = delayMs + back < timeoutMs;
        scheduler.after(delayMs, () => {
          const value = effect();
          if (isInTime) answer(back, () => ({ outcome: 'answered', value }));
        });
        if (!isInTime) timeOut();
      };
      const timeOut = (): void => answer(timeoutMs, () => ({ outcome: 'timeout' }));

      switch (fault) {
        case 'refused':
          answer(there, () => ({ outcome: 'refused' }));
          break;
        case 'lost_request':
          timeOut();
          break;
        case 'lost_answer':
          scheduler.after(there, effect);
          timeOut();
          break;
        case 'late':
          scheduler.after(timeoutMs + prng.between(0, 4000), effect);
          timeOut();
          break;
        case 'repeated':
          take(there);
          scheduler.after(there + prng.between(0, 3000), effect);
          break;
        case 'slow':
          take(prng.between(0, Math.max(0, timeoutMs - back - 1)));
          break;
        default:
          take(there);
      }
      if (willCrash) scheduler.after(prng.between(0, there + back), () => who.kill(to));
    });

  return {
    exchange,
    /** Time that passes for one that may die meanwhile. */
    pause: (who: Waiting, delayMs: number) =>
      new Promise<void>((resolve) =>
        scheduler.after(delayMs, () => {
          if (who.isAlive) resolve();
        }),
      ),
  };
}
