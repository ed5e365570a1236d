/** Every message of the running story in order of time, as its receiver saw it. */

export type Party = 'app' | 'backend' | 'vonage' | 'intruder';

export interface WireMessage {
  /** Epoch milliseconds; all parties live on one machine and share its clock. */
  readonly atMs: number;
  readonly from: Party;
  readonly to: Party;
  /** `POST /start`, `transition`, … */
  readonly label: string;
  /** What became of it: a status, a verification's status. */
  readonly outcome?: string;
  /** `lost`: it never arrived; `unheard`: nobody waited for it any more. */
  readonly tone: 'plain' | 'good' | 'bad' | 'lost' | 'unheard';
  /** The message itself, secrets masked. */
  readonly content: unknown;
}

export interface Wire {
  record(message: WireMessage): void;
  readonly messages: readonly WireMessage[];
  clear(): void;
}

/** @param onChange called with the new message and its place; without them when all are removed */
export function createWire(onChange: (message?: WireMessage, index?: number) => void): Wire {
  const messages: WireMessage[] = [];
  return {
    messages,
    record(message) {
      const later = messages.findIndex(({ atMs }) => atMs > message.atMs);
      const index = later === -1 ? messages.length : later;
      messages.splice(index, 0, message);
      onChange(message, index);
    },
    clear() {
      messages.length = 0;
      onChange();
    },
  };
}
