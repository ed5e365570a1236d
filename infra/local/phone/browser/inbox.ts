/** The messages with codes that the simulator sent to this number and this address. */

import { create, createIcon, find, setText } from './dom.ts';
import type { InboxMessage } from './page-api.ts';
import { channelName, type Story, spokenName } from './story.ts';

export interface Inbox {
  begin(story: Story): void;
  add(message: InboxMessage): void;
}

/** @param onUse receives the message whose code is to be used */
export function createInbox(onUse: (message: InboxMessage) => void): Inbox {
  const list = find('messages', HTMLUListElement);
  const empty = find('inbox-empty', HTMLParagraphElement);

  return {
    begin({ email, phoneNumber }) {
      list.replaceChildren();
      empty.hidden = false;
      setText(find('inbox-of', HTMLSpanElement), email || phoneNumber);
    },
    add(message) {
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
      empty.hidden = true;
    },
  };
}
