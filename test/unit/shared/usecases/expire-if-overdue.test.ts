import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { expireIfOverdue } from '../../../../shared/usecases/expire-if-overdue.ts';
import type { PublishNeeds } from '../../../../shared/usecases/publish-change.ts';
import { toRecorded } from '../../../../shared/usecases/recorded.ts';
import { at, ended, START_MS, started } from '../../../fixtures/histories.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';

/** 60 s of silent_auth, 120 s of e-mail, 30 s of grace. */
const DEADLINE_SECONDS = 210;

function worldOf(events: readonly VerificationEvent[], seconds: number) {
  const calls: string[] = [];
  const log = createMemoryLog(events, ['1#one'], calls);
  const pushed: string[] = [];
  const needs: PublishNeeds = {
    log,
    clock: { now: () => START_MS + seconds * 1000 },
    telemetry: { measure: () => {} },
    pusher: {
      push: async (_connections, { status }) => {
        pushed.push(status);
        return [];
      },
      close: async () => {},
    },
  };
  const recorded = toRecorded(log.entry(), START_MS + seconds * 1000);
  return { needs, log, pushed, calls, recorded };
}

describe('expireIfOverdue', () => {
  it('ends what is overdue and tells its sockets', async () => {
    const { needs, log, pushed, recorded } = worldOf([started()], DEADLINE_SECONDS);
    const { verification } = (await expireIfOverdue(recorded, needs)).folded;
    expect(verification).toMatchObject({ status: 'expired', reason: 'timed_out' });
    expect(log.events.map(({ type }) => type)).toEqual(['started', 'deadline']);
    expect(pushed).toEqual(['expired']);
  });

  it('publishes nothing twice when another function has ended it meanwhile', async () => {
    const { needs, log, pushed, recorded } = worldOf([started()], DEADLINE_SECONDS);
    log.events.push(at(DEADLINE_SECONDS, { type: 'deadline' }));
    expect((await expireIfOverdue(recorded, needs)).folded.verification.status).toBe('expired');
    expect(pushed).toEqual([]);
  });

  it.each<[string, number, readonly VerificationEvent[]]>([
    ['still has time', DEADLINE_SECONDS - 0.001, [started()]],
    ['has ended', 1000, [started(), at(5, { type: 'cancelled' })]],
    ['ended by its channels', 1000, [started(['silent_auth']), ended('silent_auth', 'failed')]],
  ])('leaves alone what %s', async (_name, seconds, events) => {
    const { needs, calls, recorded } = worldOf(events, seconds);
    expect(await expireIfOverdue(recorded, needs)).toBe(recorded);
    expect(calls).toEqual([]);
  });
});
