/** Who verifies, and what goes wrong for them: person `n` of a seed is always the same. */

import { randomUUID } from 'node:crypto';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { createPrng } from '../../fixtures/prng.ts';

/** How it must end when nothing but the phones' own networks fails. */
type End = Pick<VerificationObject, 'status' | 'channel' | 'reason'> & {
  readonly verified: 'phone_number' | 'email' | null;
};

interface Kind {
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

const KINDS = {
  agrees: { ending: '8', channels: WITH_EMAIL, end: BY_SILENT_AUTH },
  other_sim: { ending: '1', channels: WITH_EMAIL, end: BY_EMAIL },
  rejected: { ending: '3', channels: ['silent_auth'], end: REJECTED },
  carrier_fails: { ending: '99', channels: WITH_SMS, end: BY_SMS },
  mistypes: { ending: '99', channels: WITH_EMAIL, end: BY_EMAIL },
  offline: { ending: '6', channels: WITH_EMAIL, end: BY_EMAIL },
  cancels: { ending: '4', channels: WITH_EMAIL, end: CANCELLED },
} satisfies Readonly<Record<string, Kind>>;

type KindName = keyof typeof KINDS;

/** Of a hundred; the others agree. */
const SHARES: readonly (readonly [KindName, number])[] = [
  ['other_sim', 15],
  ['rejected', 5],
  ['carrier_fails', 10],
  ['mistypes', 5],
  ['offline', 10],
  ['cancels', 5],
];
const DRAWN = SHARES.flatMap(([kind, share]) => Array<KindName>(share).fill(kind));

/** Where a network changes. Milliseconds. */
export interface Troubles {
  /** The first answer to this call never arrives. */
  readonly loses: readonly string[];
  readonly loseAfterMs: number;
  /** The socket dies so long after it was opened, without a word. */
  readonly socketDiesAfterMs: number | undefined;
  /** No socket ever: `/status` alone. */
  readonly hasSocket: boolean;
  /** Before the check_url is opened. */
  readonly openAfterMs: number;
}

export interface Person extends Pick<Kind, 'channels' | 'end'> {
  readonly kind: KindName;
  readonly phoneNumber: string;
  readonly email: string;
  readonly troubles: Troubles;
}

const LOSSES = ['/start', '/check-code', '/next-workflow', '/cancel'];

/** @param index up to a million people have numbers of their own */
export function createPerson(seed: string, index: number): Person {
  const random = createPrng(`${seed}-${index}`);
  const kind = DRAWN[random.below(100)] ?? 'agrees';
  const { ending, ...story } = KINDS[kind];
  return {
    ...story,
    kind,
    phoneNumber: `+49151${String(index).padStart(6, '0')}${ending.padStart(2, '0')}`,
    email: `${randomUUID()}@example.org`,
    troubles: {
      loses: LOSSES.filter(() => random.chance(0.15)),
      loseAfterMs: random.between(0, 60),
      hasSocket: random.chance(0.9),
      socketDiesAfterMs: random.chance(0.25) ? random.between(0, 1500) : undefined,
      openAfterMs: random.chance(0.2) ? random.between(50, 2000) : 0,
    },
  };
}
