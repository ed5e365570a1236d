import { describe, expect, it } from 'vitest';
import { factKeys, isSameFact } from '../../../../shared/domain/fact-keys.ts';
import { EVERY_EVENT } from '../../../fixtures/events.ts';
import { checkUrlIssued, started, summarized } from '../../../fixtures/histories.ts';

describe('factKeys', () => {
  it('names every event by its meaning', () => {
    expect(EVERY_EVENT.map(factKeys)).toEqual([
      ['started'],
      ['started', 'e:silent_auth:action_pending:ae6ead14715d'],
      ['e:silent_auth:action_pending:ae6ead14715d'],
      ['e:silent_auth:user_rejected'],
      ['e:email:completed'],
      ['s:failed'],
      ['s:completed'],
      ['a:attempt1'],
      ['o:attempt1'],
      ['reported'],
      ['next:silent_auth'],
      ['next:silent_auth:2'],
      ['refused:silent_auth:2'],
      ['cancelled'],
      ['aborted'],
      ['deadline'],
      ['notified'],
      ['let_go:2'],
    ]);
  });

  it('does not depend on the time', () => {
    const later = EVERY_EVENT.map((event) => ({ ...event, atMs: 1 }));
    expect(later.map(factKeys)).toEqual(EVERY_EVENT.map(factKeys));
  });
});

describe('isSameFact', () => {
  const URL = 'https://a.vonage.com/1';
  it.each([
    [
      'summaries with other details',
      summarized('failed'),
      summarized('failed', { sms: 'failed' }),
      true,
    ],
    ['summaries with another status', summarized('failed'), summarized('expired'), false],
    ['two check_urls', checkUrlIssued(URL), checkUrlIssued('https://a.vonage.com/2'), false],
    [
      'a check_url and the start that carries it',
      checkUrlIssued(URL),
      started([], { checkUrl: URL }),
      true,
    ],
  ])('of %s', (_what, one, other, isSame) => {
    expect(isSameFact(one, other)).toBe(isSame);
    expect(isSameFact(other, one)).toBe(isSame);
  });
});
