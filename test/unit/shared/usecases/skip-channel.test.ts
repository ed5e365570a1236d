import { describe, expect, it } from 'vitest';
import type { NextAnswer } from '../../../../shared/domain/ports/vonage.ts';
import type { SkipRequest } from '../../../../shared/domain/skip-request.ts';
import { history, START_MS } from '../../../fixtures/histories.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

const START = 'started silent_auth sms voice';
const SKIP: SkipRequest = { from: 'silent_auth', error: 'sdk_error' };
const REJECTED: SkipRequest = { from: 'silent_auth', error: 'check_url_rejected' };

/** `next` is what Vonage answers; `asked` is what it was asked for. */
function worldOf(events = START, next: NextAnswer = 'moved') {
  const world = verificationWorld(events, { vonage: { next } });
  return { ...world, asked: () => world.calls.filter((call) => /next|Vonage/.test(call)) };
}

/** After silent_auth. */
const onSms = (reason: string) => ({
  channel: 'sms',
  workflow: [{ channel: 'silent_auth', reason }, {}, {}],
});

describe('skipChannel', () => {
  it.each<SkipRequest>([
    { from: 'silent_auth', error: 'sdk_no_data_connectivity' },
    { error: 'sdk_no_data_connectivity' },
  ])('skips a running channel once when the request %j is repeated', async (request) => {
    const { skip, asked } = worldOf();
    for (let times = 0; times < 3; times += 1) {
      expect(await skip(request)).toMatchObject(onSms('no_mobile_data'));
    }
    expect(asked()).toEqual(['next']);
  });

  it('takes a request without a channel for a repeat until the next step has run for 5 s', async () => {
    const { skip, asked, clock } = worldOf();
    expect((await skip({})).channel).toBe('sms');
    clock.seconds += 4;
    expect((await skip({})).channel).toBe('sms');
    clock.seconds += 1;
    expect((await skip({})).channel).toBe('voice');
    expect(asked()).toEqual(['next', 'next']);
  });

  it.each<[what: string, event: string, seconds: number, request: SkipRequest, shown: object]>([
    ['a channel that has ended', ', silent_auth failed', 10, SKIP, { channel: 'sms' }],
    ['a later channel', ', silent_auth failed', 10, { from: 'voice' }, { channel: 'sms' }],
    ['anything after the end', ', cancelled @5', 10, SKIP, { status: 'cancelled' }],
    ['a channel whose time is over', '', 61, SKIP, { channel: 'sms' }],
  ])('does not skip %s', async (_what, event, seconds, request, shown) => {
    const { skip, asked, clock } = worldOf(START + event);
    clock.seconds = seconds;
    expect(await skip(request)).toMatchObject(shown);
    expect(asked()).toEqual([]);
  });

  it('refuses to skip the last channel', async () => {
    const { skip, asked } = worldOf('started sms');
    await expect(skip({ from: 'sms', error: 'user_choice' })).rejects.toMatchObject({
      code: 'no_next_channel',
      members: { verification: { channel: 'sms', status: 'action_pending' } },
    });
    expect(asked()).toEqual([]);
  });

  it('ends the verification where silent_auth is the only channel and the handset failed', async () => {
    const { skip, asked } = worldOf('started silent_auth');
    expect(await skip(SKIP)).toMatchObject({ status: 'failed', reason: 'handset_error' });
    expect(asked()).toEqual(['cancel at Vonage']);
  });

  it('goes on with a channel that Vonage refused to skip, and asks again on a repeat', async () => {
    const { skip, asked } = worldOf(START, 'refused');
    for (let times = 1; times <= 2; times += 1) {
      await expect(skip(SKIP)).rejects.toMatchObject({
        code: 'provider_unavailable',
        members: { verification: { channel: 'silent_auth' } },
      });
      expect(asked()).toHaveLength(times);
    }
  });

  it('skips a channel although the answer of Vonage was lost, and does not ask twice', async () => {
    const { skip, asked } = worldOf(START, 'unknown');
    await skip(SKIP);
    expect((await skip(SKIP)).channel).toBe('sms');
    expect(asked()).toEqual(['next']);
  });

  it('waits five seconds for Vonage’s own event about a refusal of the carrier, then asks', async () => {
    const { skip, asked, clock } = worldOf();
    const waiting = { channel: 'silent_auth', nextChangeAtMs: START_MS + 15_000 };
    expect(await skip(REJECTED)).toMatchObject(waiting);
    clock.seconds = 14.9;
    expect(await skip(REJECTED)).toMatchObject(waiting);
    expect(asked()).toEqual([]);
    clock.seconds = 15;
    expect(await skip(REJECTED)).toMatchObject(onSms('carrier_failed'));
    expect(asked()).toEqual(['next']);
  });

  it('does not ask once that event is there', async () => {
    const { skip, asked, clock, log } = worldOf();
    await skip(REJECTED);
    log.events.push(...history('silent_auth user_rejected @12'));
    clock.seconds = 20;
    expect(await skip(REJECTED)).toMatchObject(onSms('number_mismatch'));
    expect(asked()).toEqual([]);
  });
});
