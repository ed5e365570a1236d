import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import { httpHandler } from '../../../../shared/lambda/handler.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

/** What a handler measures, and the status that it answers, when its route throws. */
async function throwing(error: Error) {
  const measured: string[] = [];
  const telemetry = {
    measure: ({ name }: { readonly name: string }) => void measured.push(name),
    annotate: () => {},
    flush: () => {},
  };
  const handler = httpHandler(telemetry, async () => {
    throw error;
  });
  const { statusCode } = await handler(httpRequest(), {} as Context);
  return { status: statusCode, measured };
}

describe('httpHandler', () => {
  it('measures a defect of our own, so that an alarm and a deployment can see it', async () => {
    expect(await throwing(new TypeError('x is not a function'))).toEqual({
      status: 500,
      measured: ['InternalError'],
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
