/** The phone's simulated network: it can be lost, and it can lose one answer. */

export interface Radio {
  /** Rejects while there is no network. */
  reach(): Promise<void>;
  readonly isGone: boolean;
  /** Takes the network away; resolves when it is back. */
  goFor(ms: number): Promise<void>;
  /** The next answer to this path is lost. */
  loseAnswerOf(path: string): void;
  /** Returns true if the answer to this call is lost; then the network is lost too. */
  losesAnswer(path: string): boolean;
}

/** How long the network is gone after a lost answer. */
const HANDOVER_MS = 1_000;

/** @param onChange called when the network is lost and when it is back */
export function createRadio(onChange: (isGone: boolean) => void): Radio {
  let isGone = false;
  let doomed: string | undefined;

  async function goFor(ms: number): Promise<void> {
    isGone = true;
    onChange(true);
    await new Promise((resolve) => setTimeout(resolve, ms));
    isGone = false;
    onChange(false);
  }

  return {
    get isGone() {
      return isGone;
    },
    goFor,
    async reach() {
      if (isGone) throw new TypeError('no network');
    },
    loseAnswerOf(path) {
      doomed = path;
    },
    losesAnswer(path) {
      if (path !== doomed) return false;
      doomed = undefined;
      void goFor(HANDOVER_MS);
      return true;
    },
  };
}
