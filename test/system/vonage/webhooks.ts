/** Webhooks that come early, twice, or alone; what a start sends; codes that come at once. */

import { describe, expect, it } from 'vitest';
import { call, phoneNumber } from '../../fixtures/app.ts';
import { check, PIN, problem, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { webhooks } from '../../fixtures/scripted-vonage.ts';
import { checks, event, looks, looksAtSteps, play, summary } from './dialogue.ts';

/** @param running the stack, once it runs */
export function vonageWebhooks(running: () => ScriptedStack): void {
  describe('POST /webhook', () => {
    it('turns pending into action_pending and pushes it; a repetition repeats the push alone', async () => {
      const stack = running();
      const app = await stack.start(['silent_auth', 'email']);
      const socket = await app.openSocket();
      await socket.subscribe();
      const webhook = webhooks.actionPending(app.requestId, stack.checkUrl('one'));
      for (let times = 0; times < 3; times += 1) expect(await stack.send(webhook)).toBe(204);
      await expect.poll(() => socket.messages).toHaveLength(4);
      expect(socket.verifications().map(({ seq }) => seq)).toEqual([1, 2, 2, 2]);
      expect(socket.verifications().at(-1)).toEqual(await app.status());
      socket.close();
    });

    it('may come before the start has stored anything', () =>
      play(running(), { channels: ['silent_auth', 'email'], earlyUrl: 'one' }, [
        [looks, 'action_pending silent_auth, opens one #2'],
      ]));

    it('ends a verification by the last channel that was used, if it is a summary', () => {
      const outcomes = { silent_auth: 'failed', sms: 'expired', voice: 'unused' };
      return play(running(), { channels: ['silent_auth', 'sms', 'voice'] }, [
        [summary('failed', outcomes), 'expired sms, channel_expired #2'],
        [
          looksAtSteps,
          'silent_auth failed carrier_failed, sms expired channel_expired, voice unused null',
        ],
      ]);
    });

    it('names the channel of a PIN that two channels could have sent', () =>
      play(running(), { channels: ['sms', 'email'] }, [
        [checks(PIN), '200: completed sms #3'],
        [
          summary('completed', { sms: 'expired', email: 'completed' }),
          'completed email, mailbox verified #4',
        ],
        [event('email', 'failed'), 'completed email, mailbox verified #4'],
      ]));
  });

  describe('POST /check-code', () => {
    it('asks Vonage at most once for a code of silent_auth, at most three times for a PIN', async () => {
      const { vonage, start } = running();
      const app = await start(['silent_auth', 'email']);
      vonage.script(`check ${app.requestId}`, ...Array(40).fill(problem(400)));
      const checkAll = (codes: string): Promise<unknown> =>
        Promise.all(Array.from({ length: 20 }, (_, index) => check(app, `${codes}${index % 10}`)));
      await checkAll('abcde');
      expect(vonage.count('check', app.requestId)).toBe(1);
      await checkAll('10000');
      expect(vonage.count('check', app.requestId)).toBeLessThanOrEqual(4);
    });
  });

  it('POST /start sends every channel with its own fields, in the order of the request', async () => {
    const { endpoints, vonage } = running();
    const channels = ['silent_auth', 'whatsapp', 'rcs'];
    const to = phoneNumber('8').slice(1);
    const body = { phone_number: `+${to}`, channels, locale: 'de_DE@rg=atzzzz' };
    expect((await call(endpoints.api, 'POST', '/start', { body })).status).toBe(202);
    expect(vonage.calls.at(-1)?.body).toEqual({
      brand: expect.any(String),
      locale: 'de-de',
      channel_timeout: 120,
      client_ref: expect.stringMatching(/^[0-9a-f]{32}$/),
      code_length: 6,
      workflow: [
        { channel: 'silent_auth', to, coverage_check: false },
        { channel: 'whatsapp', to, from: '447700900000' },
        { channel: 'rcs', to, from: 'acme' },
      ],
    });
  });
}
