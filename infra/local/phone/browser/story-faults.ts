/** Checks the form before anything is sent; the backend checks everything again. */

import type { Story } from './story.ts';

export const FIELD_NAMES = ['number', 'email', 'channels'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

export interface StoryFault {
  readonly field: FieldName;
  /** A sentence for the user. */
  readonly text: string;
}

/** Most channels that Vonage takes in one workflow (protocol §1.3). */
const MAX_CHANNELS = 3;

export function storyFaults({ phoneNumber, email, channels }: Story): readonly StoryFault[] {
  const faults: StoryFault[] = [];
  if (phoneNumber === '') {
    faults.push({
      field: 'number',
      text: 'Enter a phone number that begins with + and the country code.',
    });
  }
  if (channels.includes('email') && email === '') {
    faults.push({
      field: 'email',
      text: 'Enter an e-mail address, or deselect the channel E-mail.',
    });
  }
  if (channels.length === 0) {
    faults.push({ field: 'channels', text: 'Choose at least one channel.' });
  }
  if (channels.length > MAX_CHANNELS) {
    faults.push({
      field: 'channels',
      text: `Choose at most ${MAX_CHANNELS} channels: Vonage allows no more in one verification.`,
    });
  }
  return faults;
}
