import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import type { NextAnswer } from '../../../../shared/domain/ports/vonage.ts';
import type { SkipRequest } from '../../../../shared/domain/skip-request.ts';
import { skipChannel } from '../../../../shared/usecases/skip-channel.ts';
import { answeringVonage } from '../../../fixtures/answering-vonage.ts';
import { at, ended, START_MS, started } from '../../../fixtures/histories.ts';
import { createMemoryLog, TOKEN } from '../../../fixtures/memory-log.ts';

const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;
const REJECTED: SkipRequest = { from: 'silent_auth', error: 'check_url_rejected' };

/** `seconds` have passed since the start; `asked` is what Vonage was asked for. */
function worldOf(events: readonly VerificationEvent[], answer: NextAnswer = 'moved') {
  const asked: string[] = [];
  const clock = { seconds: 10, now: () => START_MS + clock.seconds * 1000 };
  const log = createMemoryLog(events);
  const ports = {
    log,
    clock,
    telemetry: { measure: () => {} },
    pusher: { push: async () => [], close: async () => {} },
    vonage: answeringVonage({ next: answer }, asked),
  };
  const leave = (request: SkipRequest) =>
    skipChannel(TOKEN, request, ports, { lastCallAtMs: Number.MAX_SAFE_INTEGER });
  return { leave, asked, clock, log };
}

describe('skipChannel', () => {
  it.each<SkipRequest>([
    { from: 'silent_auth', error: 'sdk_no_data_connectivity' },
    { error: 'sdk_no_data_connectivity' },
  ])('skips a running channel once, however often it is asked: %j', async (request) => {
    const { leave, asked } = worldOf([started(WORKFLOW)]);
    for (let times = 0; times < 3; times += 1) {
      expect(await leave(request)).toMatchObject({
        channel: 'sms',
        workflow: [{ channel: 'silent_auth', reason: 'no_mobile_data' }, {}, {}],
      });
    }
    expect(asked).toEqual(['next']);
  });

  it('takes a request without a channel for a repeat until the next step has run for 5 s', async () => {
    const { leave, asked, clock } = worldOf([started(WORKFLOW)]);
    expect(await leave({})).toMatchObject({ channel: 'sms' });
    clock.seconds += 4;
    expect(await leave({})).toMatchObject({ channel: 'sms' });
    clock.seconds += 1;
    expect(await leave({})).toMatchObject({ channel: 'voice' });
    expect(asked).toEqual(['next', 'next']);
  });

  it('skips nothing that does not run', async () => {
    const { leave, asked } = worldOf([started(WORKFLOW), ended('silent_auth', 'failed')]);
    expect(await leave({ from: 'silent_auth', error: 'sdk_error' })).toMatchObject({
      channel: 'sms',
    });
    expect(await leave({ from: 'voice' })).toMatchObject({ channel: 'sms' });
    expect(asked).toEqual([]);
  });

  it('refuses to skip the last channel', async () => {
    const { leave, asked } = worldOf([started(['sms'])]);
    await expect(leave({ from: 'sms', error: 'user_choice' })).rejects.toMatchObject({
      code: 'no_next_channel',
      members: { verification: { channel: 'sms', status: 'action_pending' } },
    });
    expect(asked).toEqual([]);
  });

  it('ends where silent_auth was all there is and the handset failed', async () => {
    const { leave, asked } = worldOf([started(['silent_auth'])]);
    expect(await leave({ from: 'silent_auth', error: 'sdk_error' })).toMatchObject({
      status: 'failed',
      reason: 'handset_error',
    });
    expect(asked).toEqual(['cancel at Vonage']);
  });

  it('asks nobody after the end', async () => {
    const { leave, asked } = worldOf([started(WORKFLOW), at(5, { type: 'cancelled' })]);
    expect((await leave({ from: 'silent_auth' })).status).toBe('cancelled');
    expect(asked).toEqual([]);
  });

  it('lets a channel run on that Vonage refused to skip, and asks again on a repeat', async () => {
    const { leave, asked } = worldOf([started(WORKFLOW)], 'refused');
    for (let times = 1; times <= 2; times += 1) {
      await expect(leave({ from: 'silent_auth', error: 'sdk_error' })).rejects.toMatchObject({
        code: 'provider_unavailable',
        members: { verification: { channel: 'silent_auth' } },
      });
      expect(asked).toHaveLength(times);
    }
  });

  it('is left although the answer of Vonage is unknown, and does not ask twice', async () => {
    const { leave, asked } = worldOf([started(WORKFLOW)], 'unknown');
    await leave({ from: 'silent_auth', error: 'sdk_error' });
    expect(await leave({ from: 'silent_auth', error: 'sdk_error' })).toMatchObject({
      channel: 'sms',
    });
    expect(asked).toEqual(['next']);
  });
});

describe('skipChannel, when the carrier has refused the handset', () => {
  it('waits five seconds for Vonage’s own event, and then asks', async () => {
    const { leave, asked, clock } = worldOf([started(WORKFLOW)]);
    const waiting = { channel: 'silent_auth', nextChangeAtMs: START_MS + 15_000 };
    expect(await leave(REJECTED)).toMatchObject(waiting);
    clock.seconds = 14.9;
    expect(await leave(REJECTED)).toMatchObject(waiting);
    expect(asked).toEqual([]);
    clock.seconds = 15;
    expect(await leave(REJECTED)).toMatchObject({
      channel: 'sms',
      workflow: [{ channel: 'silent_auth', reason: 'carrier_failed' }, {}, {}],
    });
    expect(asked).toEqual(['next']);
  });

  it('does not ask once Vonage has said so itself', async () => {
    const { leave, asked, clock, log } = worldOf([started(WORKFLOW)]);
    await leave(REJECTED);
    log.events.push(at(12, ended('silent_auth', 'user_rejected')));
    clock.seconds = 20;
    expect(await leave(REJECTED)).toMatchObject({
      channel: 'sms',
      workflow: [{ channel: 'silent_auth', reason: 'number_mismatch' }, {}, {}],
    });
    expect(asked).toEqual([]);
  });
});
