/**
 * What follows the answers of Vonage that a running verification can meet (protocol §2, §3); the
 * guide's tables hold each answer by itself.
 */

import { describe, expect, it } from 'vitest';
import {
  check,
  PIN,
  problem,
  type ScriptedStack,
  SILENT_CODE,
} from '../../fixtures/scripted-stack.ts';
import { type ScriptedAnswer, webhooks } from '../../fixtures/scripted-vonage.ts';
import {
  asked,
  atOnce,
  cancels,
  checks,
  event,
  isEarly,
  leaves,
  looks,
  looksAtSteps,
  meanwhile,
  passes,
  play,
  summary,
} from './dialogue.ts';

const TWO = ['silent_auth', 'sms'] as const;
const THREE = [...TWO, 'voice'] as const;
const ONE_URL = { channels: TWO, url: 'one' };
const OPENS = 'action_pending silent_auth, opens one';
const LEFT_BEHIND = 'sms action_pending null, voice unused null';

/** @param running the stack, once it runs */
export function vonageAnswers(running: () => ScriptedStack): void {
  describe('an answer to a check', () => {
    const COMPLETED = 'completed silent_auth, number verified #3';

    it('that is 200 completes whatever its body, and the code is not sent again', () =>
      play(running(), { ...ONE_URL, check: [{ status: 200, raw: '<html>' }] }, [
        [checks(SILENT_CODE), `200: ${COMPLETED}`],
        [checks(SILENT_CODE), `200: ${COMPLETED}`],
        [asked, 'check'],
      ]));

    it('that is 400 counts a PIN down, 410 ends it, and then Vonage is not asked again', () =>
      play(
        running(),
        { channels: ['sms', 'voice'], check: [problem(400), problem(400), problem(410)] },
        [
          [checks(PIN), '400 code_invalid 2 left: action_pending sms, 2 tries #3'],
          [checks(PIN), '400 code_invalid 1 left: action_pending sms, 1 tries #5'],
          [checks(PIN), '410 verification_closed: failed sms, code_attempts_exhausted #7'],
          [checks(PIN), '410 verification_closed: failed sms, code_attempts_exhausted #7'],
          [asked, 'check check check'],
        ],
      ));

    it.each<[what: string, answer: ScriptedAnswer, outcome: string, then: string]>([
      [
        'a redirect',
        { status: 302, headers: { location: 'https://api.nexmo.com/' } },
        'completed',
        COMPLETED,
      ],
      ['lost', 'reset', 'failed', 'checking sms, 3 tries #3'],
    ])('that is %s is unknown until a webhook arrives', (_what, answer, outcome, then) =>
      play(running(), { ...ONE_URL, check: [answer] }, [
        [checks(SILENT_CODE), '202: checking silent_auth #2'],
        [checks(SILENT_CODE), '409 code_not_expected: checking silent_auth #2'],
        [event('silent_auth', outcome), then],
        [asked, 'check'],
      ]),
    );

    it('that was lost allows the same PIN again', () =>
      play(running(), { channels: ['sms'], check: [problem(500)] }, [
        [checks(PIN), '202: checking sms, 2 tries #2'],
        [checks(PIN), '200: completed sms, number verified #4'],
      ]));

    it('and the webhooks about it make one transition, whichever is first', () => {
      const completed = event('silent_auth', 'completed');
      return play(running(), { ...ONE_URL, check: [meanwhile(completed, { status: 200 })] }, [
        [checks(SILENT_CODE), `200: ${COMPLETED}`],
        [summary('completed', { silent_auth: 'completed', sms: 'unused' }), COMPLETED],
      ]);
    });

    it('that is 400 leaves no try when the summary of the end came before it', () => {
      const ended = summary('failed', { sms: 'failed' });
      return play(running(), { channels: ['sms'], check: [meanwhile(ended, { status: 400 })] }, [
        [checks(PIN), '400 code_invalid 0 left: failed sms, provider_failed #3'],
        [checks(PIN), '410 verification_closed: failed sms, provider_failed #3'],
      ]);
    });

    it('that is 200 is followed by a summary, which names the channel of a PIN that two channels could have sent', () =>
      play(running(), { channels: ['sms', 'email'] }, [
        [checks(PIN), '200: completed sms #3'],
        [
          summary('completed', { sms: 'expired', email: 'completed' }),
          'completed email, mailbox verified #4',
        ],
        [event('email', 'failed'), 'completed email, mailbox verified #4'],
      ]));

    it('asks Vonage at most once for a code of silent_auth, at most three times for a PIN', async () => {
      const { vonage, start } = running();
      const app = await start(['silent_auth', 'email']);
      vonage.script(`check ${app.requestId}`, ...Array(20).fill(problem(400)));
      // Together no more than the client's places in the log.
      const checkAll = (codes: string): Promise<unknown> =>
        Promise.all(Array.from({ length: 8 }, (_, index) => check(app, `${codes}${index}`)));
      await checkAll('abcde');
      expect(vonage.count('check', app.requestId)).toBe(1);
      await checkAll('10000');
      expect(vonage.count('check', app.requestId)).toBe(4);
    });

    it('is not asked for when a code of silent_auth comes after its step', () =>
      play(running(), ONE_URL, [
        [event('silent_auth', 'failed'), 'action_pending sms, 3 tries #2'],
        [checks(SILENT_CODE), '409 code_not_expected: action_pending sms, 3 tries #2'],
        [asked, ''],
      ]));
  });

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
  });

  describe('POST /next-workflow', () => {
    it('moves to the next channel when Vonage answers 200 without a body', () =>
      play(running(), { channels: THREE, url: 'one' }, [
        [leaves('silent_auth', 'sdk_error'), '200: action_pending sms, 3 tries #2'],
        [looksAtSteps, `silent_auth failed handset_error, ${LEFT_BEHIND}`],
        [leaves('sms'), '200: action_pending voice, 3 tries #3'],
        [leaves('voice'), '409 no_next_channel: action_pending voice, 3 tries #3'],
        [asked, 'next next'],
        [event('sms', 'failed'), 'action_pending voice, 3 tries #3'],
        [event('silent_auth', 'failed'), 'action_pending voice, 3 tries #3'],
      ]));

    it.each<[string, Parameters<typeof leaves>]>([
      ['that name the channel', ['silent_auth', 'sdk_no_data_connectivity']],
      ['with an error of the handset alone', [undefined, 'sdk_no_data_connectivity']],
    ])('skips one channel for 20 simultaneous requests %s', (_name, request) =>
      play(running(), { channels: THREE, url: 'one' }, [
        [atOnce(20, leaves(...request)), '200: action_pending sms, 3 tries #2'],
        [looksAtSteps, `silent_auth failed no_mobile_data, ${LEFT_BEHIND}`],
        [asked, 'next'],
      ]),
    );

    it('skips a channel at once when it was left before it ran', () =>
      play(running(), { channels: THREE, url: 'one' }, [
        [leaves('sms'), `200: ${OPENS} #1`],
        [leaves('sms'), `200: ${OPENS} #1`],
        [event('silent_auth', 'failed'), 'action_pending sms, 3 tries #2'],
        [leaves('sms'), '200: action_pending voice, 3 tries #3'],
        [leaves('sms'), '200: action_pending voice, 3 tries #3'],
        [asked, 'next'],
      ]));

    it('answers with the object after a cancel, of which 10 simultaneous ones are one at Vonage', () => {
      const CANCELLED = '200: cancelled silent_auth, cancelled_by_client #2';
      return play(running(), ONE_URL, [
        [isEarly, `${OPENS} #1`],
        [atOnce(10, cancels), CANCELLED],
        [leaves('silent_auth', 'sdk_error'), CANCELLED],
        [asked, 'cancel'],
      ]);
    });

    it('records a first check_url_rejected, and asks Vonage after one that comes 5 s later', () => {
      const report = leaves('silent_auth', 'check_url_rejected');
      return play(running(), { channels: THREE, url: 'one' }, [
        [report, `200: ${OPENS} #2`],
        // However long they take, they come before the 5 s are over.
        [isEarly, `${OPENS} #2`],
        [atOnce(5, report), `200: ${OPENS} #2`],
        [asked, ''],
        [passes(605), `${OPENS} #2`],
        [report, '200: action_pending sms, 3 tries #3'],
        [atOnce(5, report), '200: action_pending sms, 3 tries #3'],
        [asked, 'next'],
        [event('silent_auth', 'user_rejected'), 'action_pending sms, 3 tries #3'],
        [looksAtSteps, `silent_auth failed carrier_failed, ${LEFT_BEHIND}`],
      ]);
    });
  });
}
