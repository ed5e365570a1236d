/** The codes that Vonage would have sent to people. */
import { toAddress } from './faults.ts';

export interface Message {
  readonly to: string;
  readonly channel: string;
  readonly code: string;
  readonly request_id: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

export interface Inbox {
  add(message: Message): void;
  /** Newest first; without an address, all messages. */
  read(to?: string): readonly Message[];
}

const KEPT = 20_000;

export function createInbox(): Inbox {
  let messages: Message[] = [];
  return {
    add(message) {
      messages.push(message);
      if (messages.length >= 2 * KEPT) messages = messages.slice(-KEPT);
    },
    read(to) {
      const wanted = to === undefined ? undefined : toAddress(to);
      return messages
        .filter((message) => wanted === undefined || toAddress(message.to) === wanted)
        .toReversed();
    },
  };
}
