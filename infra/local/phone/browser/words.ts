/** The text that the phone shows for a status and its reason. */

import type { Reason, VerificationObject } from '../../../../shared/client/contract.ts';
import { type Story, spokenName } from './story.ts';

export interface Words {
  readonly title: string;
  readonly text: string;
  readonly badge: 'busy' | 'code' | 'good' | 'bad';
}

const FAILED: Partial<Record<Reason, string>> = {
  code_rejected: 'The code was wrong. Start again.',
  code_attempts_exhausted: 'The code was wrong too often. Start again.',
  provider_failed: 'We could not reach you. Check the number and the address.',
  no_mobile_data: 'Switch Wi-Fi off, or choose another channel.',
};

export function toWords(verification: VerificationObject, story: Story): Words {
  const { status, channel, reason, action } = verification;
  switch (status) {
    case 'completed':
      return { title: 'Verified', text: provenText(verification, story), badge: 'good' };
    case 'user_rejected':
      return bad('Not this phone', 'The number does not belong to the SIM in this phone.');
    case 'failed':
      return bad(
        'Not verified',
        (reason && FAILED[reason]) ?? 'Your network could not confirm the number.',
      );
    case 'expired':
      return bad('That took too long', 'Start again.');
    case 'blocked':
      return bad('Not possible now', 'This number cannot be verified now. Try again later.');
    case 'cancelled':
      return bad('Cancelled', 'Nothing was verified.');
    case 'aborted':
      return bad('This network interferes', 'Use another network, then start again.');
    case 'checking':
      return { title: 'One moment…', text: 'The code is being checked.', badge: 'busy' };
    default:
      return action?.type === 'submit_code'
        ? { title: 'Enter the code', text: codeText(channel, story), badge: 'code' }
        : { title: 'Checking your number…', text: story.phoneNumber, badge: 'busy' };
  }
}

function bad(title: string, text: string): Words {
  return { title, text, badge: 'bad' };
}

function provenText({ verified, channel }: VerificationObject, story: Story): string {
  if (channel === 'silent_auth') return 'Your SIM proved it. Nothing to type.';
  return verified.email ? `${story.email} is yours.` : `${story.phoneNumber} is yours.`;
}

function codeText(channel: string, { email, phoneNumber }: Story): string {
  if (channel === 'email') return `We sent it to ${email}.`;
  const how = channel === 'voice' ? 'We call' : `We sent it by ${spokenName(channel)} to`;
  return `${how} ${phoneNumber}.`;
}
