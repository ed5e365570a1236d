/** The notification of a message on the phone. */

import { find, setText } from './dom.ts';
import type { InboxMessage } from './page-api.ts';
import { channelName } from './story.ts';

export interface Notification {
  /** Shows the notification of a message; without a message it hides the notification. */
  show(message?: InboxMessage): void;
}

/** @param onPress receives the message whose notification is pressed */
export function createNotification(onPress: (message: InboxMessage) => void): Notification {
  const box = find('notification', HTMLButtonElement);
  let shown: InboxMessage | undefined;
  box.addEventListener('click', () => shown && onPress(shown));
  return {
    show(message) {
      shown = message;
      box.hidden = message === undefined;
      if (!message) return;
      setText(find('notification-from', HTMLSpanElement), channelName(message.channel));
      setText(find('notification-text', HTMLSpanElement), `Your code is ${message.code}`);
    },
  };
}
