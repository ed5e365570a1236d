/** A message that slides onto the phone, and the phone that fills its code in by itself. */

import { find, setText } from './dom.ts';
import type { Pace } from './pace.ts';
import { pause } from './pace.ts';
import type { InboxMessage } from './page-api.ts';
import { channelName } from './story.ts';

export interface Notification {
  /** Shows the message; then fills the code in, unless somebody begins to type it. */
  show(message: InboxMessage, pace: Pace, signal: AbortSignal): Promise<void>;
  /** Fills the code in now. */
  fill(message: InboxMessage): void;
  hide(): void;
}

const READING_MS = 1_400;
const WAITING_MS = 100;

export function createNotification(): Notification {
  const box = find('notification', HTMLButtonElement);
  const input = find('code', HTMLInputElement);
  const form = find('code-form', HTMLFormElement);
  let latest: InboxMessage | undefined;
  let isTouched = false;

  input.addEventListener('input', () => {
    isTouched = true;
  });
  box.addEventListener('click', () => latest && fill(latest));

  function fill({ code }: InboxMessage): void {
    hide();
    if (form.hidden) return;
    input.value = code;
    form.requestSubmit();
  }

  function hide(): void {
    box.hidden = true;
  }

  return {
    fill,
    hide,
    async show(message, pace, signal) {
      latest = message;
      isTouched = false;
      setText(find('notification-from', HTMLSpanElement), channelName(message.channel));
      setText(find('notification-text', HTMLSpanElement), `Your code is ${message.code}`);
      box.hidden = false;
      if (pace.name === 'watch') await pause(READING_MS, signal);
      else await pace.step('Fill the code in', signal);
      // The message may be faster than the push that asks for its code.
      while (form.hidden && latest === message) await pause(WAITING_MS, signal);
      if (latest === message && !isTouched) fill(message);
    },
  };
}
