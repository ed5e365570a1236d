import { beforeEach, describe, expect, it } from 'vitest';
import { createChannelSwitch } from '../../../../../shared/adapters/parameters/channel-switch.ts';
import type { ChannelSwitch } from '../../../../../shared/domain/ports/channel-switch.ts';
import { type Answer, hangUp, json, text } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import { NEVER_MS } from '../../../../fixtures/patience.ts';

const { stub, aws } = await startNetwork();
let nowMs: number;
let channels: ChannelSwitch;

beforeEach(() => {
  nowMs = 0;
  const clock = { now: () => nowMs };
  const parameter = '/silent-auth/dev/channels-off';
  channels = createChannelSwitch({ ...aws, clock, parameter, timeoutMs: NEVER_MS });
});

const holds = (value: string): Answer => json(200, { Parameter: { Value: value } });

/** What the channel switch says when it reads a minute later. */
function switchedOffAfter(answer: Answer): Promise<readonly string[]> {
  nowMs += 60_000;
  stub.answer(answer);
  return channels.switchedOff();
}

describe('switchedOff', () => {
  it.each([
    ['none', []],
    ['sms', ['sms']],
    ['sms, voice', ['sms', 'voice']],
    ['sms,smoke_signals,', ['sms']],
  ])('reads %s', async (value, expected) => {
    expect(await switchedOffAfter(holds(value))).toEqual(expected);
    const targets = stub.received.map(({ headers }) => headers['x-amz-target']);
    expect(targets).toEqual(['AmazonSSM.GetParameter']);
  });

  it('reads once a minute, however many ask', async () => {
    stub.answer(holds('sms'));
    await Promise.all([channels.switchedOff(), channels.switchedOff()]);
    nowMs = 59_999;
    await channels.switchedOff();
    expect(stub.received).toHaveLength(1);
    nowMs = 60_000;
    await channels.switchedOff();
    expect(stub.received).toHaveLength(2);
  });

  it('has no channel off once the parameter is gone', async () => {
    expect(await switchedOffAfter(holds('sms'))).toEqual(['sms']);
    const gone = json(400, { __type: 'com.amazonaws.ssm#ParameterNotFound' });
    expect(await switchedOffAfter(gone)).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['an error', json(400, { __type: 'ThrottlingException' })],
    ['something else than JSON', text(200, '<html>')],
    ['nothing', hangUp],
  ])('keeps what it knew when the answer is %s', async (_, answer) => {
    expect(await switchedOffAfter(answer)).toEqual([]);
    expect(await switchedOffAfter(holds('voice'))).toEqual(['voice']);
    expect(await switchedOffAfter(answer)).toEqual(['voice']);
  });
});
