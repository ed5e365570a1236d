/** All messages of the running story, sorted by the time of their arrival. */

export type Party = 'app' | 'backend' | 'vonage' | 'intruder';

export interface WireMessage {
  /** Epoch milliseconds; all parties run on one machine and share its clock. */
  readonly atMs: number;
  readonly from: Party;
  readonly to: Party;
  /** `POST /start`, `transition`, … */
  readonly label: string;
  /** The result: an HTTP status or a verification's status. */
  readonly outcome?: string;
  /** `lost`: the message never arrived. `ignored`: its receiver no longer waited for it. */
  readonly tone: 'plain' | 'good' | 'bad' | 'lost' | 'ignored';
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
