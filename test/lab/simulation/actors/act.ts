/** What an app and its user do about the action they are shown. */

import type { World } from '../world.ts';
import type { AppSession } from './session.ts';

/** Does the newest action once, and sometimes what people do out of impatience. */
export async function actOn(session: AppSession, world: World): Promise<void> {
  const { handset, prng, ask, opened } = session;
  const object = handset.seen();
  if (!object) return;
  if (prng.chance(0.02)) await ask('POST /cancel');
  if (prng.chance(0.03)) {
    await ask('POST /next-workflow', { from: object.channel, error: 'user_choice' });
  }
  const { action } = object;
  if (action?.type === 'open_check_url') {
    if (opened.has(action.check_url)) return;
    opened.add(action.check_url);
    await openCheckUrl(session, world, action.check_url);
  }
  if (action?.type === 'submit_code' && prng.chance(0.8)) {
    await typeCode(session, world, object.channel);
  }
}

async function openCheckUrl(session: AppSession, world: World, checkUrl: string): Promise<void> {
  const { person, handset, prng, ask } = session;
  const { scheduler, provider, hijacked } = world;
  await scheduler.sleep(prng.between(50, prng.pick([300, 3000, 55_000])));
  if (prng.chance(0.08)) {
    await ask('POST /next-workflow', { from: 'silent_auth', error: 'sdk_no_data_connectivity' });
    return;
  }
  const url = hijacked.get(person.name) ?? checkUrl;
  const answer = provider.open(url, prng.chance(0.03) ? '+4915199999999' : person.number);
  await scheduler.sleep(prng.between(100, 2500));
  if (answer.status === 200) {
    const code = prng.chance(0.05) ? `x${prng.text('abc123', 5)}` : answer.code;
    await submit(session, world, answer.requestId, code);
    return;
  }
  await ask('POST /next-workflow', { from: 'silent_auth', error: 'check_url_rejected' });
  await scheduler.sleep(prng.between(3000, 9000));
  if (handset.seen()?.channel === 'silent_auth') {
    await ask('POST /next-workflow', { from: 'silent_auth', error: 'check_url_rejected' });
  }
}

async function typeCode(session: AppSession, world: World, channel: string): Promise<void> {
  const { person, requestId, prng } = session;
  await world.scheduler.sleep(prng.between(500, prng.pick([2000, 20_000])));
  const sent = world.provider.inbox(requestId, channel === 'email' ? person.email : person.number);
  const isMistyped = sent === undefined || prng.chance(0.2);
  const code = isMistyped ? prng.text('0123456789', 6) : sent;
  await submit(session, world, requestId, code);
}

/** Repeats what was not answered; some apps send everything twice at once. */
async function submit(
  { prng, ask }: AppSession,
  { scheduler }: World,
  requestId: string,
  code: string,
): Promise<void> {
  const body = { request_id: requestId, code };
  for (let tries = 0; tries < 4; tries += 1) {
    if (prng.chance(0.08)) void ask('POST /check-code', body);
    const answer = await ask('POST /check-code', body);
    if (answer && answer.status < 500) return;
    await scheduler.sleep(prng.between(300, 3000));
  }
}
