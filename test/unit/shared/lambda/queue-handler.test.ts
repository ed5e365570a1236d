import type { Context, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createClockHandler } from '../../../../functions/clock/handler.ts';
import { parseClockMessage, toMessageBody } from '../../../../shared/adapters/sqs/clock-message.ts';
import { Problem } from '../../../../shared/domain/errors.ts';
import type { RunClockNeeds } from '../../../../shared/usecases/run-clock.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';
import { recordedTelemetry } from '../../../fixtures/recorded-telemetry.ts';

const PLENTY_MS = 15_000;

type Find = RunClockNeeds['log']['find'];

const about = (requestId: string): string => toMessageBody({ requestId, step: 0 });
const gone: Find = async () => undefined;

/** One batch; `find` decides what becomes of each message, whose id is its request_id. */
async function run(bodies: readonly string[], find = gone, leftMs = () => PLENTY_MS) {
  const { telemetry, lines, measured } = recordedTelemetry();
  const refuse = async (): Promise<never> => Promise.reject(new Error('not expected'));
  const handler = createClockHandler({
    telemetry,
    clock: { now: () => 0 },
    parseMessage: parseClockMessage,
    log: { ...createMemoryLog([]), find },
    pusher: { push: refuse, close: refuse },
    vonage: { cancel: refuse },
    clockQueue: { send: refuse },
  });
  const Records = bodies.map((body, index) => ({ body, messageId: `m${index}` }) as SQSRecord);
  const context = { getRemainingTimeInMillis: leftMs } as Context;
  const { batchItemFailures } = await handler({ Records }, context);
  const outcomes = lines.map(({ fields }) => `${fields.request_id ?? '-'} ${fields.outcome}`);
  return {
    failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort(),
    outcomes: outcomes.sort(),
    measured,
  };
}

describe('a batch of messages of the clock', () => {
  it('is done when every verification was looked at, even one that is not there', async () => {
    expect(await run([about('a'), about('b')])).toEqual({
      failed: [],
      measured: [],
      outcomes: ['a ok', 'b ok'],
    });
  });

  it('drops a message that it does not understand, and counts it once', async () => {
    expect(await run(['boom', about('b')])).toEqual({
      failed: [],
      measured: ['ClockMessageFailed'],
      outcomes: ['- unintelligible', 'b ok'],
    });
  });

  it('wants the message that failed again, and no other', async () => {
    const unavailable = new Problem('dependency_unavailable', 'the store does not answer');
    const find: Find = async (id) => (id === 'b' ? Promise.reject(unavailable) : undefined);
    const { failed, measured } = await run([about('a'), '{}', about('b')], find);
    expect(failed).toEqual(['m2']);
    expect(measured).toEqual(['ClockMessageFailed']);
  });

  it('counts a defect, and wants the message again', async () => {
    expect(await run([about('a')], () => Promise.reject(new TypeError()))).toEqual({
      failed: ['m0'],
      measured: ['InternalError', expect.stringMatching(/^InternalErrorByVersion/)],
      outcomes: ['a internal'],
    });
  });

  it('looks at five at the same time', async () => {
    let running = 0;
    let most = 0;
    const find: Find = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return undefined;
    };
    const bodies = Array.from({ length: 10 }, (_, index) => about(`r${index}`));
    expect((await run(bodies, find)).failed).toEqual([]);
    expect(most).toBe(5);
  });

  it('begins nothing that it could not finish, and wants that message again', async () => {
    const left = [PLENTY_MS, 7_999].values();
    const looked: string[] = [];
    const find: Find = async (id) => void looked.push(id) as undefined;
    const batch = [about('a'), about('b')];
    const { failed, outcomes } = await run(batch, find, () => left.next().value ?? 0);
    expect(looked).toEqual(['a']);
    expect(failed).toEqual(['m1']);
    expect(outcomes).toContain('b not_begun');
  });
});
