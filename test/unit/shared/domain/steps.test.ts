import { describe, expect, it } from 'vitest';
import { channelToSkip } from '../../../../shared/domain/steps.ts';
import { folded, START_MS } from '../../../fixtures/histories.ts';

const START = 'started silent_auth sms voice';
const FAILED = `${START}, silent_auth failed @10`;

describe('channelToSkip', () => {
  it.each([
    ['the first channel from the beginning', 0, START, 'silent_auth'],
    ['the previous channel in the first 5 s of a step', 64, START, 'silent_auth'],
    ['the running channel after 5 s of its step', 65, START, 'sms'],
    ['the previous channel in the first 5 s of the last step', 184, START, 'sms'],
    ['the last channel after 5 s of its step', 185, START, 'voice'],
    ['the previous channel in the first 5 s after its failure', 14, FAILED, 'silent_auth'],
    ['the running channel 5 s after a failure', 15, FAILED, 'sms'],
    ['the first possible channel at once', 0, 'started silent_auth sms network_unsupported', 'sms'],
    ['none when every step is over', 0, `${FAILED}, sms failed, voice failed`, undefined],
  ])('is %s', (_name, seconds, log, channel) => {
    expect(channelToSkip(folded(log, seconds).facts, START_MS + seconds * 1000)).toBe(channel);
  });
});
