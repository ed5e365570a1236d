import { describe, expect, it } from 'vitest';
import { factKeys, isSameFact } from '../../../../shared/domain/fact-keys.ts';
import { CHECK_URL, checkUrlIssued, EVERY_EVENT, started } from '../../../fixtures/histories.ts';

describe('factKeys', () => {
  it('names every event by its meaning, whatever its time', () => {
    expect(EVERY_EVENT.map((event, atMs) => factKeys({ ...event, atMs }))).toEqual([
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
});

describe('isSameFact', () => {
  it('is true for events that share a name', () => {
    const carrying = started(undefined, { checkUrl: CHECK_URL });
    expect(isSameFact(carrying, checkUrlIssued())).toBe(true);
    expect(isSameFact(checkUrlIssued(), carrying)).toBe(true);
    expect(isSameFact(checkUrlIssued(), checkUrlIssued(`${CHECK_URL}/2`))).toBe(false);
  });
});
