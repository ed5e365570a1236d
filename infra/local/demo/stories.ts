/**
 * The six stories of the demo. The simulated carrier derives the outcome from the last digits of
 * the number.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { FetchLike } from '../../../shared/client/environment.ts';
import type { Verification } from '../../../shared/client/verification.ts';
import { signInByEmail, signInByNumber } from './sign-in.ts';
import type { Stage, Story } from './story.ts';

const NOTHING = { phone_number: false, email: false };
const THE_NUMBER = { phone_number: true, email: false };

export const STORIES: readonly Story[] = [
  {
    name: 'silent_auth_completes',
    title: 'Silent authentication completes',
    ending: { status: 'completed', channel: 'silent_auth', verified: THE_NUMBER },
    play: completeSilently,
  },
  {
    name: 'carrier_rejects',
    title: 'The carrier rejects: the number belongs to another SIM',
    ending: { status: 'user_rejected', channel: 'silent_auth', verified: NOTHING },
    async play({ start, signal }) {
      const verification = await start({
        phoneNumber: phoneNumber('1'),
        channels: ['silent_auth'],
      });
      await finish(verification, signal);
    },
  },
  {
    name: 'email_after_failure',
    title: 'Silent authentication fails; a code by e-mail completes, after a wrong code',
    ending: {
      status: 'completed',
      channel: 'email',
      verified: { phone_number: false, email: true },
    },
    play: completeByEmail,
  },
  {
    name: 'man_in_the_middle',
    title: 'A man in the middle swaps the request_id',
    ending: { status: 'aborted', channel: 'silent_auth', verified: NOTHING },
    async play({ start, simulator, note, signal }) {
      const number = phoneNumber('8');
      await simulator.swapRequestId(number);
      const verification = await start({ phoneNumber: number });
      await finish(verification, signal);
      const checks = await simulator.checks(verification.requestId);
      note(`  codes sent to Vonage: ${checks}`);
      if (checks > 0) throw new Error('Vonage received the code of another verification');
    },
  },
  {
    name: 'without_socket',
    title: 'Silent authentication completes without a socket, over /status alone',
    ending: { status: 'completed', channel: 'silent_auth', verified: THE_NUMBER },
    async play({ start, signal }) {
      await finish(await start({ phoneNumber: phoneNumber('8') }, { hasSocket: false }), signal);
    },
  },
  {
    name: 'lost_answer',
    title: 'The answer to /check-code is lost and the call is repeated',
    ending: { status: 'completed', channel: 'silent_auth', verified: THE_NUMBER },
    play: repeatLostCall,
  },
];

async function completeSilently(stage: Stage): Promise<void> {
  const { start, company, signal } = stage;
  const number = phoneNumber('8');
  const verification = await start({ phoneNumber: number, nonce: company.nonce });
  await finish(verification, signal);
  await signInByNumber(verification, number, stage);
}

async function completeByEmail(stage: Stage): Promise<void> {
  const { start, simulator, company, note, signal } = stage;
  const person = { phoneNumber: phoneNumber('99'), email: `${randomUUID()}@example.org` };
  const channels = ['silent_auth', 'email'];
  const verification = await start({ ...person, channels, nonce: company.nonce });
  await until(verification, ({ channel }) => channel === 'email', signal);
  const code = await simulator.code(person.email);
  const wrong = code.startsWith('0') ? '111111' : '000000';
  note('  the user mistypes the code');
  const refusal = await verification.checkCode(wrong, { signal }).then(
    () => undefined,
    (error) => error,
  );
  if (refusal?.code !== 'code_invalid') throw new Error('a wrong code was not refused');
  note(`  refused: ${refusal.code}, ${refusal.attemptsRemaining} attempts remain`);
  note('  the user types the code from the e-mail');
  await verification.checkCode(code, { signal });
  await finish(verification, signal);
  await signInByEmail(verification, person, stage);
}

async function repeatLostCall({ start, simulator, note, signal }: Stage): Promise<void> {
  const call = Promise.withResolvers<() => ReturnType<FetchLike>>();
  let isLost = false;
  const losing: FetchLike = async (url, init) => {
    if (isLost || !url.endsWith('/check-code')) return fetch(url, init);
    isLost = true;
    const send = (): ReturnType<FetchLike> => fetch(url, { ...init, signal });
    await send();
    note('  the answer to /check-code is lost: the phone changes networks');
    call.resolve(send);
    throw new TypeError('network lost');
  };
  const verification = await start({ phoneNumber: phoneNumber('8') }, { fetch: losing });
  await finish(verification, signal);
  const again = await (await call.promise)();
  const checks = await simulator.checks(verification.requestId);
  note(`  the same call again: ${again.status}; codes sent to Vonage: ${checks}`);
  if (again.status !== 200 || checks !== 1) throw new Error('the repeated call had another effect');
}

async function finish(verification: Verification, signal: AbortSignal): Promise<void> {
  await verification.finished({ signal });
}

async function until(
  verification: Verification,
  isWanted: (current: Verification['current']) => boolean,
  signal: AbortSignal,
): Promise<void> {
  for await (const current of verification.updates({ signal })) if (isWanted(current)) return;
  throw new Error('the verification ended too early');
}

/** A new German mobile number with this ending. */
function phoneNumber(ending: string): string {
  const digits = String(randomInt(10 ** (8 - ending.length))).padStart(8 - ending.length, '0');
  return `+49151${digits}${ending}`;
}
