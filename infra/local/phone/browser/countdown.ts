/** The bar at the top of the phone, which shows how much of the running step's time is left. */

import { find } from './dom.ts';

export interface Countdown {
  /** @param endsAt ISO 8601; null: the step has no deadline of its own */
  follow(endsAt: string | null): void;
  stop(): void;
}

const TICK_MS = 250;

export function createCountdown(): Countdown {
  const bar = find('countdown-bar', HTMLSpanElement);
  let followed: string | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  function stop(): void {
    clearInterval(timer);
    followed = null;
    bar.style.scale = '0 1';
  }

  return {
    stop,
    follow(endsAt) {
      if (endsAt === followed) return;
      stop();
      followed = endsAt;
      if (endsAt === null) return;
      const endMs = Date.parse(endsAt);
      const wholeMs = Math.max(1, endMs - Date.now());
      const draw = (): void => {
        const share = Math.max(0, Math.min(1, (endMs - Date.now()) / wholeMs));
        bar.style.scale = `${share} 1`;
      };
      draw();
      timer = setInterval(draw, TICK_MS);
    },
  };
}
