import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../../../shared/adapters/dynamodb/fingerprint.ts';
import { EVERY_EVENT } from '../../../../fixtures/events.ts';

describe('fingerprint', () => {
  it('names every event by its meaning', () => {
    expect(EVERY_EVENT.map(fingerprint)).toEqual([
      'started',
      'started',
      'e:silent_auth:action_pending:ae6ead14715d',
      'e:silent_auth:user_rejected',
      'e:email:completed',
      's:failed',
      's:completed',
      'a:attempt1',
      'o:attempt1',
      'reported',
      'next:silent_auth',
      'next:silent_auth:2',
      'refused:silent_auth:2',
      'cancelled',
      'aborted',
      'deadline',
      'notified',
    ]);
  });

  it('does not depend on the time', () => {
    for (const event of EVERY_EVENT) {
      expect(fingerprint({ ...event, atMs: 1 })).toBe(fingerprint(event));
    }
  });

  it('tells two check_urls apart', () => {
    const one = { type: 'check_url_issued', atMs: 1, checkUrl: 'https://a.vonage.com/1' } as const;
    expect(fingerprint(one)).not.toBe(fingerprint({ ...one, checkUrl: 'https://a.vonage.com/2' }));
  });
});
