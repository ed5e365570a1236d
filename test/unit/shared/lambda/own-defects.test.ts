import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import type { Measurement } from '../../../../shared/domain/ports/telemetry.ts';
import { httpHandler } from '../../../../shared/lambda/handler.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

/** The members of Lambda's context that the chain reads. */
const CONTEXT = { functionName: 'start-1A2B', functionVersion: '7' } as Context;

/** What a handler measures, and the status that it answers, when its route throws. */
async function throwing(error: Error) {
  const measured: string[] = [];
  const telemetry = {
    measure: ({ name, dimensions = {} }: Measurement) =>
      void measured.push([name, ...Object.values(dimensions)].join(' ')),
    annotate: () => {},
    flush: () => {},
  };
  const handler = httpHandler(telemetry, async () => {
    throw error;
  });
  const { statusCode } = await handler(httpRequest(), CONTEXT);
  return { status: statusCode, measured };
}

describe('httpHandler', () => {
  it('measures a defect of our own, so that an alarm and a deployment can see it', async () => {
    expect(await throwing(new TypeError('x is not a function'))).toEqual({
      status: 500,
      measured: ['InternalError', 'InternalErrorByVersion start-1A2B 7'],
    });
  });

  it('measures a secret that an operator must set', async () => {
    const unset = new Problem('dependency_unavailable', 'not set', { secretNotSet: true });
    expect(await throwing(unset)).toEqual({ status: 503, measured: ['SecretNotSet'] });
  });

  it.each(['dependency_unavailable', 'provider_unavailable', 'rate_limited'] as const)(
    'measures nothing of its own at %s, which is expected',
    async (code) => {
      expect((await throwing(new Problem(code, 'expected'))).measured).toEqual([]);
    },
  );
});
