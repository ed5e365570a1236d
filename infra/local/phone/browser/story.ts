/** A story: a number, channels, and the faults to play. */

export type TroubleName =
  | 'wifi'
  | 'lost_socket'
  | 'background'
  | 'lost_answer'
  | 'rejected'
  | 'unsupported'
  | 'man_in_the_middle'
  | 'duplicated'
  | 'delayed'
  | 'forged';

export interface Story {
  readonly phoneNumber: string;
  readonly email: string;
  readonly channels: readonly string[];
  readonly troubles: ReadonlySet<TroubleName>;
}

/**
 * The order of the development stage's workflow; a start uses some of these channels in this order.
 */
export const CHANNELS = ['silent_auth', 'email', 'sms', 'voice', 'whatsapp', 'rcs'] as const;

const NAMES: Readonly<Record<string, string>> = {
  silent_auth: 'Silent',
  email: 'E-mail',
  sms: 'SMS',
  voice: 'Voice',
  whatsapp: 'WhatsApp',
  rcs: 'RCS',
};

export function channelName(channel: string): string {
  return NAMES[channel] ?? channel;
}

/** Within a sentence. */
export function spokenName(channel: string): string {
  const name = channelName(channel);
  return name === name.toUpperCase() || name === 'WhatsApp' ? name : name.toLowerCase();
}

/** The body of `POST /start` that the client would send for this story. */
export function toStartBody({ phoneNumber, email, channels }: Story): Record<string, unknown> {
  return { phone_number: phoneNumber, ...(email !== '' && { email }), channels };
}

export interface Preset {
  readonly title: string;
  readonly text: string;
  readonly icon: string;
  readonly tone: 'good' | 'code' | 'bad' | 'plain';
  /** Last digits of the number: the simulator derives the outcome from them. */
  readonly ending: string;
  readonly prefix: string;
  readonly hasEmail: boolean;
  readonly channels: readonly string[];
}

const NUMBER_LENGTH = 14;
const MOBILE = '+49151';

export const PRESETS: readonly Preset[] = [
  {
    title: 'The SIM proves it',
    text: 'Silent, nothing to type',
    icon: 'check',
    tone: 'good',
    prefix: MOBILE,
    ending: '8',
    hasEmail: true,
    channels: ['silent_auth', 'email'],
  },
  {
    title: 'Fallback to e-mail',
    text: 'The carrier cannot answer',
    icon: 'mail',
    tone: 'code',
    prefix: MOBILE,
    ending: '99',
    hasEmail: true,
    channels: ['silent_auth', 'email'],
  },
  {
    title: 'Someone else’s number',
    text: 'Another SIM: rejected',
    icon: 'ban',
    tone: 'bad',
    prefix: MOBILE,
    ending: '1',
    hasEmail: false,
    channels: ['silent_auth'],
  },
  {
    title: 'A landline',
    text: 'Refused before it costs money',
    icon: 'alert',
    tone: 'plain',
    prefix: '+4930',
    ending: '0',
    hasEmail: false,
    channels: ['silent_auth'],
  },
  {
    title: 'Vonage’s playground',
    text: '+990, silent only',
    icon: 'sim',
    tone: 'good',
    prefix: '+990',
    ending: '2',
    hasEmail: false,
    channels: ['silent_auth'],
  },
  {
    title: 'SMS, then voice',
    text: 'Codes for any phone',
    icon: 'sim',
    tone: 'code',
    prefix: MOBILE,
    ending: '4',
    hasEmail: false,
    channels: ['sms', 'voice'],
  },
];

/** New addresses for each story: the backend limits how often one address is verified. */
export function toAddresses({ prefix, ending, hasEmail }: Preset): {
  readonly phoneNumber: string;
  readonly email: string;
} {
  const digits = randomDigits(NUMBER_LENGTH - prefix.length - ending.length);
  return {
    phoneNumber: `${prefix}${digits}${ending}`,
    email: hasEmail ? `jo.${randomDigits(4)}@example.org` : '',
  };
}

function randomDigits(count: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => byte % 10).join('');
}
