/** `start` warms the other functions up; no verification fails because of that. */

import { afterAll, afterEach, expect, it } from 'vitest';
import { ENV, WARMED } from '../../shared/config.ts';
import { phoneNumber, startApp } from '../fixtures/app.ts';
import { json, silence, startHttpStub } from '../fixtures/http-stub.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { until } from '../fixtures/until.ts';

const lambda = await startHttpStub();
let stack: OwnStack | undefined;

afterEach(() => stack?.close());
afterAll(() => lambda.stop());

it('completes a cold verification in an account that runs ten functions at once', async () => {
  stack = await startOwnStack({ accountConcurrency: 10 });
  const app = await startApp(stack.endpoints.api, { phone_number: phoneNumber('0') });
  expect((await app.completeSilently()).body.verification.status).toBe('completed');
  const { processes } = stack;
  await until(() => WARMED.every((name) => processes()[name]?.length) || undefined);
});

it.each([
  ['hang', silence],
  ['fail', json(500)],
])('answers a start whose warm-ups %s', async (_what, answer) => {
  lambda.answer(answer);
  stack = await startOwnStack({ functionEnvironment: { [ENV.lambdaEndpoint]: lambda.url } });
  await startApp(stack.endpoints.api, { phone_number: phoneNumber('0') });
  await until(() => lambda.received.length >= WARMED.length || undefined);
});
