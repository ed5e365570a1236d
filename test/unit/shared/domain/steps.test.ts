import { describe, expect, it } from 'vitest';
import type { VerificationEvent } from '../../../../shared/domain/events.ts';
import { channelToSkip } from '../../../../shared/domain/steps.ts';
import { at, ended, folded, START_MS, started } from '../../../fixtures/histories.ts';

const WORKFLOW = ['silent_auth', 'sms', 'voice'] as const;
const START = started(WORKFLOW);
const FAILED = [START, at(10, ended('silent_auth', 'failed'))];

describe('channelToSkip', () => {
  it.each<[string, number, readonly VerificationEvent[], string | undefined]>([
    ['the first channel from the beginning', 0, [START], 'silent_auth'],
    ['the previous channel in the first 5 s of a step', 64, [START], 'silent_auth'],
    ['the running channel after 5 s of its step', 65, [START], 'sms'],
    ['the previous channel in the first 5 s of the last step', 184, [START], 'sms'],
    ['the last channel after 5 s of its step', 185, [START], 'voice'],
    ['the previous channel in the first 5 s after its failure', 14, FAILED, 'silent_auth'],
    ['the running channel 5 s after a failure', 15, FAILED, 'sms'],
    [
      'the running channel at once where silent_auth was never possible',
      0,
      [started(WORKFLOW, { networkUnsupported: true })],
      'sms',
    ],
    [
      'none when every step is over',
      0,
      [START, ...WORKFLOW.map((channel) => ended(channel, 'failed'))],
      undefined,
    ],
  ])('is %s', (_name, seconds, log, channel) => {
    expect(channelToSkip(folded(log, seconds).facts, START_MS + seconds * 1000)).toBe(channel);
  });
});
