/** Webhooks in every order, doubled, early, forged: the same final object, or no effect at all. */

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../fixtures/app.ts';
import { created, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { type Signing, webhooks } from '../../fixtures/scripted-vonage.ts';

let stack: ScriptedStack;

const start = (requestId: string = randomUUID()): Promise<App> =>
  stack.start(['silent_auth', 'email'], () => created(requestId));

/** @param running the stack, once it runs */
export function vonageWebhooks(running: () => ScriptedStack): void {
  beforeAll(() => {
    stack = running();
  });

  describe('POST /webhook', () => {
    it('turns pending into action_pending and pushes it', async () => {
      const app = await start();
      expect(app.started.status).toBe('pending');
      const socket = await app.openSocket();
      await socket.subscribe();
      expect(
        await stack.send(webhooks.actionPending(app.requestId, stack.checkUrl(app.requestId))),
      ).toBe(204);
      const { action } = await socket.receives(({ status }) => status === 'action_pending');
      expect(action).toMatchObject({ check_url: stack.checkUrl(app.requestId) });
      socket.close();
    });

    it('may come before the start has stored anything', async () => {
      const requestId = randomUUID();
      expect(await stack.send(webhooks.actionPending(requestId, stack.checkUrl(requestId)))).toBe(
        204,
      );
      const app = await start(requestId);
      expect(app.started).toMatchObject({ status: 'action_pending', channel: 'silent_auth' });
    });

    it('has no effect when it is repeated, but repeats the push', async () => {
      const app = await start();
      const socket = await app.openSocket();
      await socket.subscribe();
      const webhook = webhooks.actionPending(app.requestId, stack.checkUrl(app.requestId));
      for (let times = 0; times < 3; times += 1) expect(await stack.send(webhook)).toBe(204);
      await socket.count(4);
      expect(socket.verifications().map(({ seq }) => seq)).toEqual([1, 2, 2, 2]);
      socket.close();
    });

    it('shows the same end in every order', async () => {
      const ends = new Set<string>();
      const orders = [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [2, 0, 3, 1],
        [1, 3, 0, 2],
      ];
      for (const order of orders) {
        const app = await start();
        const all = [
          webhooks.actionPending(app.requestId, stack.checkUrl(app.requestId)),
          webhooks.event(app.requestId, 'silent_auth', 'user_rejected'),
          webhooks.event(app.requestId, 'email', 'expired'),
          webhooks.summary(app.requestId, 'expired', {
            silent_auth: 'user_rejected',
            email: 'expired',
          }),
        ];
        const socket = await app.openSocket();
        await socket.subscribe();
        for (const index of order) await stack.send(all[index] ?? {});
        for (const index of order) await stack.send(all[index] ?? {});
        const { seq, updated_at, created_at, expires_at, ended_at, request_id, ...end } =
          await app.status();
        ends.add(JSON.stringify(end));
        expect(ended_at).not.toBeNull();
        const numbers = socket.verifications().map((pushed) => pushed.seq);
        expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
        socket.close();
      }
      expect([...ends]).toHaveLength(1);
      expect(ends.values().next().value).toContain('"status":"expired"');
    });

    it('completes nothing by itself', async () => {
      const app = await start();
      await stack.send(webhooks.actionPending(app.requestId, stack.checkUrl(app.requestId)));
      const before = await app.status();
      expect(await stack.send(webhooks.event(app.requestId, 'silent_auth', 'completed'))).toBe(204);
      await stack.send(webhooks.summary(app.requestId, 'completed', { silent_auth: 'completed' }));
      expect(await app.status()).toEqual(before);
    });

    it('resolves a check whose answer was lost', async () => {
      const app = await start();
      stack.vonage.script('check', { status: 500, body: { title: 'Internal error' } });
      const code = { request_id: app.requestId, code: 'aBcDeF' };
      const checking = await app.post('/check-code', code);
      expect(checking.status).toBe(202);
      expect(checking.body.verification).toMatchObject({ status: 'checking', action: null });
      expect((await app.post('/check-code', code)).status).toBe(409);
      expect(stack.vonage.count('check', app.requestId)).toBe(1);
      await stack.send(webhooks.event(app.requestId, 'silent_auth', 'completed'));
      expect(await app.status()).toMatchObject({
        status: 'completed',
        verified: { phone_number: true },
      });
    });

    const FORGERIES: readonly [string, Signing][] = [
      ['a foreign signature', { secret: 'x'.repeat(64) }],
      ['an altered body', { hashed: '{}' }],
      ['no payload_hash', { without: ['payload_hash'] }],
      ['another application_id', { claims: { application_id: randomUUID() } }],
      ['another api_key', { claims: { api_key: 'ffffffff' } }],
      ['another issuer', { claims: { iss: 'vonage' } }],
      ['no jti', { without: ['jti'] }],
      ['a day-old iat', { claims: { iat: Math.floor(Date.now() / 1000) - 25 * 3600 } }],
    ];

    it.each(FORGERIES)('answers 401 to %s, without effect', async (_name, how) => {
      const app = await start();
      const before = await app.status();
      const webhook = webhooks.event(app.requestId, 'silent_auth', 'user_rejected');
      expect(await stack.send(webhook, how)).toBe(401);
      expect(await app.status()).toEqual(before);
    });

    it('answers 503 when nothing is signed, so that Vonage sends it again', async () => {
      const response = await fetch(`${stack.endpoints.api}/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(webhooks.event(randomUUID(), 'silent_auth', 'failed')),
      });
      expect(response.status).toBe(503);
    });
  });

  describe('POST /check-code', () => {
    it('asks Vonage at most once for a code of silent_auth, at most three times for a PIN', async () => {
      const app = await start();
      stack.vonage.script('check', ...Array.from({ length: 50 }, () => ({ status: 400 })));
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          app.post('/check-code', { request_id: app.requestId, code: `abcde${index % 10}` }),
        ),
      );
      expect(stack.vonage.count('check', app.requestId)).toBe(1);
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          app.post('/check-code', { request_id: app.requestId, code: `10000${index % 10}` }),
        ),
      );
      expect(stack.vonage.count('check', app.requestId)).toBeLessThanOrEqual(4);
    });
  });
}
