import type { Context, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createClockHandler } from '../../../../functions/clock/handler.ts';
import { parseClockMessage, toMessageBody } from '../../../../shared/adapters/sqs/clock-message.ts';
import { Problem } from '../../../../shared/domain/errors.ts';
import type { LogFields } from '../../../../shared/lambda/telemetry.ts';
import type { RunClockNeeds } from '../../../../shared/usecases/run-clock.ts';
import { createMemoryLog } from '../../../fixtures/memory-log.ts';

const PLENTY_MS = 15_000;

type Find = RunClockNeeds['log']['find'];

/** One batch; `find` decides what becomes of each message, whose id is its request_id. */
async function run(bodies: readonly string[], find: Find, leftMs = () => PLENTY_MS) {
  const lines: Record<string, unknown>[] = [];
  const measured: string[] = [];
  const nothing = async (): Promise<never> => Promise.reject(new Error('not expected'));
  const handler = createClockHandler({
    telemetry: {
      measure: ({ name }) => void measured.push(name),
      annotate: () => {},
      flush: ({ request_id, outcome }: LogFields) => void lines.push({ request_id, outcome }),
    },
    clock: { now: () => 0 },
    parseMessage: parseClockMessage,
    log: { ...createMemoryLog([]), find },
    pusher: { push: nothing, close: nothing },
    vonage: { cancel: nothing },
    clockQueue: { send: nothing },
  });
  const Records = bodies.map((body, index) => ({ body, messageId: `m${index}` }) as SQSRecord);
  const context = { getRemainingTimeInMillis: leftMs } as Context;
  const { batchItemFailures } = await handler({ Records }, context);
  const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
  return { failed, lines, measured };
}

const about = (requestId: string): string => toMessageBody({ requestId, step: 0 });
const gone: Find = async () => undefined;

describe('a batch of messages of the clock', () => {
  it('is over when every verification is looked at, also one that is not there', async () => {
    expect(await run([about('a'), about('b')], gone)).toEqual({
      failed: [],
      measured: [],
      lines: [
        { request_id: 'a', outcome: 'ok' },
        { request_id: 'b', outcome: 'ok' },
      ],
    });
  });

  it.each([
    ['no JSON', 'boom'],
    ['JSON of something else', '[]'],
    ['another version', '{"v":2,"request_id":"a","step":0}'],
    ['a step that no workflow has', '{"v":1,"request_id":"a","step":-1}'],
    ['nothing', ''],
  ])('loses a message that is %s, and says so once', async (_what, body) => {
    expect(await run([body, about('b')], gone)).toEqual({
      failed: [],
      measured: ['ClockMessageFailed'],
      lines: expect.arrayContaining([
        { outcome: 'unintelligible' },
        { request_id: 'b', outcome: 'ok' },
      ]),
    });
  });

  it('asks for the one that fails again, and for no other', async () => {
    const unavailable = new Problem('dependency_unavailable', 'the store does not answer');
    const find: Find = async (id) => Promise.reject(id === 'b' ? unavailable : new TypeError('x'));
    const { failed, measured } = await run([about('a'), '{}', about('b')], (id) =>
      id === 'a' ? gone(id) : find(id),
    );
    expect(failed).toEqual(['m2']);
    expect(measured).toEqual(['ClockMessageFailed']);
  });

  it('counts a defect of ours, and asks for the message again', async () => {
    const { failed, measured, lines } = await run([about('a')], () =>
      Promise.reject(new TypeError()),
    );
    expect(failed).toEqual(['m0']);
    expect(measured).toEqual(['InternalError', 'InternalErrorByVersion']);
    expect(lines).toEqual([{ request_id: 'a', outcome: 'internal' }]);
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

  it('begins nothing that it could not finish: the next invocation takes it', async () => {
    const left = [PLENTY_MS, 7_999].values();
    const looked: string[] = [];
    const find: Find = async (id) => void looked.push(id) as undefined;
    const { failed, lines } = await run(
      [about('a'), about('b')],
      find,
      () => left.next().value ?? 0,
    );
    expect(looked).toEqual(['a']);
    expect(failed).toEqual(['m1']);
    expect(lines).toContainEqual({ request_id: 'b', outcome: 'not_begun' });
  });
});
