/** Who verifies, and what goes wrong for them: person `n` of a seed is always the same. */

import { randomUUID } from 'node:crypto';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { createPrng } from '../simulation/prng.ts';

/** How it must end when nothing but the phones' own networks fails. */
type End = Pick<VerificationObject, 'status' | 'channel' | 'reason'> & {
  readonly verified: 'phone_number' | 'email' | null;
};

interface Kind {
  readonly kind:
    | 'agrees'
    | 'other_sim'
    | 'rejected'
    | 'carrier_fails'
    | 'mistypes'
    | 'offline'
    | 'cancels';
  /** Of a hundred. */
  readonly share: number;
  /** Last digits of the number, which decide at the simulator. */
  readonly ending: string;
  readonly channels: readonly string[];
  readonly end: End;
}

const BY_SILENT_AUTH: End = {
  status: 'completed',
  channel: 'silent_auth',
  reason: null,
  verified: 'phone_number',
};
const BY_SMS: End = { ...BY_SILENT_AUTH, channel: 'sms' };
const BY_EMAIL: End = { ...BY_SILENT_AUTH, channel: 'email', verified: 'email' };
const UNPROVEN = { channel: 'silent_auth', verified: null } as const;
const REJECTED: End = { ...UNPROVEN, status: 'user_rejected', reason: 'number_mismatch' };
const CANCELLED: End = { ...UNPROVEN, status: 'cancelled', reason: 'cancelled_by_client' };
const WITH_EMAIL = ['silent_auth', 'email'];
const WITH_SMS = ['silent_auth', 'sms'];

const AGREES: Kind = {
  kind: 'agrees',
  share: 50,
  ending: '8',
  channels: WITH_EMAIL,
  end: BY_SILENT_AUTH,
};
const KINDS: readonly Kind[] = [
  AGREES,
  { ...AGREES, kind: 'other_sim', share: 15, ending: '1', end: BY_EMAIL },
  { ...AGREES, kind: 'rejected', share: 5, ending: '3', channels: ['silent_auth'], end: REJECTED },
  { ...AGREES, kind: 'carrier_fails', share: 10, ending: '99', channels: WITH_SMS, end: BY_SMS },
  { ...AGREES, kind: 'mistypes', share: 5, ending: '99', end: BY_EMAIL },
  { ...AGREES, kind: 'offline', share: 10, ending: '6', end: BY_EMAIL },
  { ...AGREES, kind: 'cancels', share: 5, ending: '4', end: CANCELLED },
];

/** Where a network changes. Milliseconds. */
export interface Troubles {
  /** The first answer to this call never arrives. */
  readonly loses: readonly ('/start' | '/check-code' | '/next-workflow' | '/cancel')[];
  readonly loseAfterMs: number;
  /** The socket dies so long after it was opened, without a word. */
  readonly socketDiesAfterMs: number | undefined;
  /** No socket ever: `/status` alone. */
  readonly hasSocket: boolean;
  /** Between the redirects of the check_url. */
  readonly hopDelayMs: number;
  /** The check_url is opened again after so many redirects. */
  readonly redirectsLostAt: number | undefined;
}

export interface Person extends Pick<Kind, 'kind' | 'channels' | 'end'> {
  readonly phoneNumber: string;
  readonly email: string;
  readonly troubles: Troubles;
}

const LOSSES = ['/start', '/check-code', '/next-workflow', '/cancel'] as const;

/** @param index up to a million people have numbers of their own */
export function createPerson(seed: string, index: number): Person {
  const random = createPrng(`${seed}-${index}`);
  const { kind, ending, channels, end } = pickKind(random.below(100));
  const digits = String(index).padStart(6, '0');
  return {
    kind,
    phoneNumber: `+49151${digits}${ending.padStart(2, '0')}`,
    email: `${randomUUID()}@example.org`,
    channels,
    end,
    troubles: {
      loses: LOSSES.filter(() => random.chance(0.15)),
      loseAfterMs: random.between(0, 60),
      hasSocket: random.chance(0.9),
      socketDiesAfterMs: random.chance(0.25) ? random.between(0, 1500) : undefined,
      hopDelayMs: random.chance(0.2) ? random.between(50, 400) : 0,
      redirectsLostAt: random.chance(0.15) ? random.below(4) : undefined,
    },
  };
}

function pickKind(percent: number): Kind {
  let sum = 0;
  const isIt = ({ share }: Kind): boolean => {
    sum += share;
    return percent < sum;
  };
  return KINDS.find(isIt) ?? AGREES;
}
