/** The messages with codes that Vonage would have sent to this number and this address. */

import { create, createIcon, find, setText } from './dom.ts';
import { pause } from './pace.ts';
import { type InboxMessage, readInbox } from './page-api.ts';
import { channelName, type Story, spokenName } from './story.ts';

const POLL_MS = 350;

export interface Inbox {
  /** Looks for messages of this verification until the signal is aborted. */
  watch(story: Story, requestId: string, signal: AbortSignal): Promise<void>;
  clear(): void;
}

/** @param onMessage hears of every new message */
export function createInbox(
  onMessage: (message: InboxMessage) => void,
  onUse: (message: InboxMessage) => void,
): Inbox {
  const list = find('messages', HTMLUListElement);
  const empty = find('inbox-empty', HTMLParagraphElement);

  function add(message: InboxMessage): void {
    const use = create('button', {
      class: 'quiet small',
      text: 'Use code',
      attributes: {
        type: 'button',
        'aria-label': `Use code sent by ${spokenName(message.channel)}`,
      },
    });
    use.addEventListener('click', () => onUse(message));
    list.prepend(
      create(
        'li',
        {},
        createIcon(message.channel === 'email' ? 'mail' : 'sim'),
        create(
          'span',
          { class: 'message-text' },
          create('span', { text: `${channelName(message.channel)} to ${message.to}` }),
          create('strong', { text: message.code }),
        ),
        use,
      ),
    );
  }

  return {
    async watch({ phoneNumber, email }, requestId, signal) {
      const shown = new Set<string>();
      setText(find('inbox-of', HTMLSpanElement), email || phoneNumber);
      while (!signal.aborted) {
        const addresses = [phoneNumber, ...(email === '' ? [] : [email])];
        const found = await Promise.all(addresses.map((to) => readInbox(to).catch(() => [])));
        if (signal.aborted) return;
        for (const message of found.flat().toReversed()) {
          const key = `${message.channel} ${message.at}`;
          if (message.request_id !== requestId || shown.has(key)) continue;
          shown.add(key);
          add(message);
          onMessage(message);
        }
        empty.hidden = list.children.length > 0;
        await pause(POLL_MS, signal).catch(() => undefined);
      }
    },
    clear() {
      list.replaceChildren();
      empty.hidden = false;
      setText(find('inbox-of', HTMLSpanElement), '');
    },
  };
}
