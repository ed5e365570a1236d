import { describe, expect, it } from 'vitest';
import { factKeys, isSameFact } from '../../../../shared/domain/fact-keys.ts';
import { EVERY_EVENT } from '../../../fixtures/events.ts';

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
    for (const event of EVERY_EVENT) {
      expect(factKeys({ ...event, atMs: 1 })).toEqual(factKeys(event));
    }
  });

  it('distinguishes two check_urls', () => {
    const one = { type: 'check_url_issued', atMs: 1, checkUrl: 'https://a.vonage.com/1' } as const;
    expect(factKeys(one)).not.toEqual(factKeys({ ...one, checkUrl: 'https://a.vonage.com/2' }));
  });
});

describe('isSameFact', () => {
  const summary = { type: 'summarized', atMs: 1, status: 'failed', outcomes: [] } as const;

  it('goes by the keys alone: a summary with other details is the same fact', () => {
    const detailed = { channel: 'sms', outcome: 'failed' } as const;
    expect(isSameFact(summary, { ...summary, atMs: 2, outcomes: [detailed] })).toBe(true);
    expect(isSameFact(summary, { ...summary, status: 'expired' })).toBe(false);
  });

  it('finds the check_url that a start carries', () => {
    const [, start, issued] = EVERY_EVENT;
    if (!start || !issued) throw new Error('the fixture has changed');
    expect(isSameFact(start, issued)).toBe(true);
    expect(isSameFact(issued, start)).toBe(true);
  });
});
