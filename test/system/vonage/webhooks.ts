/** Webhooks that come early, twice, or alone: one change, or none. */

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../fixtures/app.ts';
import { check, created, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { webhooks } from '../../fixtures/scripted-vonage.ts';

let stack: ScriptedStack;

const start = (requestId: string = randomUUID()): Promise<App> =>
  stack.start(['silent_auth', 'email'], () => created(requestId));

const actionPending = (requestId: string): object =>
  webhooks.actionPending(requestId, stack.checkUrl(requestId));

/** @param running the stack, once it runs */
export function vonageWebhooks(running: () => ScriptedStack): void {
  beforeAll(() => {
    stack = running();
  });

  describe('POST /webhook', () => {
    it('turns pending into action_pending and pushes it; a repetition repeats the push alone', async () => {
      const app = await start();
      expect(app.started.status).toBe('pending');
      const socket = await app.openSocket();
      await socket.subscribe();
      const webhook = actionPending(app.requestId);
      for (let times = 0; times < 3; times += 1) expect(await stack.send(webhook)).toBe(204);
      await socket.count(4);
      expect(socket.verifications().map(({ seq }) => seq)).toEqual([1, 2, 2, 2]);
      expect(socket.verifications().at(-1)).toMatchObject({
        status: 'action_pending',
        action: { check_url: stack.checkUrl(app.requestId) },
      });
      socket.close();
    });

    it('may come before the start has stored anything', async () => {
      const requestId = randomUUID();
      expect(await stack.send(actionPending(requestId))).toBe(204);
      const app = await start(requestId);
      expect(app.started).toMatchObject({ status: 'action_pending', channel: 'silent_auth' });
    });

    it('completes nothing by itself', async () => {
      const app = await start();
      await stack.send(actionPending(app.requestId));
      const before = await app.status();
      expect(await stack.send(webhooks.event(app.requestId, 'silent_auth', 'completed'))).toBe(204);
      await stack.send(webhooks.summary(app.requestId, 'completed', { silent_auth: 'completed' }));
      expect(await app.status()).toEqual(before);
    });
  });

  describe('POST /check-code', () => {
    it('asks Vonage at most once for a code of silent_auth, at most three times for a PIN', async () => {
      const app = await start();
      stack.vonage.script('check', ...Array.from({ length: 50 }, () => ({ status: 400 })));
      const checkAll = (codes: string): Promise<unknown> =>
        Promise.all(Array.from({ length: 20 }, (_, index) => check(app, `${codes}${index % 10}`)));
      await checkAll('abcde');
      expect(stack.vonage.count('check', app.requestId)).toBe(1);
      await checkAll('10000');
      expect(stack.vonage.count('check', app.requestId)).toBeLessThanOrEqual(4);
    });
  });
}
