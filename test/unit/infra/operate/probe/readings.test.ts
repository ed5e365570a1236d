import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Observations, Seen } from '../../../../../infra/operate/probe/observations.ts';
import {
  hasVerified,
  MISBEHAVES,
  misbehaviours,
  toReadings,
} from '../../../../../infra/operate/probe/readings.ts';
import { readFacts } from '../../../../../infra/operate/probe/report.ts';

const opened = { status: 200, redirects: 4, hosts: ['api-eu.vonage.com'], milliseconds: 900 };
const checkUrl = { by: 'answer', host: 'api-eu.vonage.com', afterMs: 0 } as const;
const base: Seen = { requestId: 'r', checkUrl, opened, wasPushed: true };
const end = (
  status: NonNullable<Seen['ended']>['status'],
  more: Partial<NonNullable<Seen['ended']>> = {},
): Pick<Seen, 'ended'> => ({
  ended: {
    status,
    reason: null,
    isNumberVerified: status === 'completed',
    isBeforeDeadline: true,
    afterMs: 1500,
    ...more,
  },
});
const refused = (status: number): Seen => ({ ...base, opened: { ...opened, status } });

/** Vonage as its documents have it. */
const usual: Observations = {
  even: {
    ...base,
    isSameRequest: true,
    checked: { status: 200, code: '' },
    ...end('completed'),
  },
  odd: { ...refused(409), ...end('user_rejected', { reason: 'number_mismatch' }) },
  failing: { ...refused(412), ...end('failed') },
  wrongCode: {
    ...base,
    isSameRequest: true,
    openedAgain: { ...opened, isSameCode: true },
    checked: { status: 400, code: 'code_invalid' },
    ...end('failed', { reason: 'code_rejected' }),
  },
  earlyCode: { ...base, checked: { status: 409, code: 'code_not_expected' } },
};
const late = { checkUrl: { ...checkUrl, by: 'later', afterMs: 700 } } as const;
const nowhere = { requestId: 'r', wasPushed: false };
const unheard = end('expired', { isBeforeDeadline: false });

describe('misbehaviours', () => {
  it.each<[reading: string, change: Partial<Observations>, names: readonly string[]]>([
    ['a Vonage as documented', {}, []],
    ['the check_url comes by webhook alone', { even: { ...usual.even, ...late } }, []],
    [
      'no end of a refused number, but a check_url by webhook',
      { odd: { ...refused(409), ...unheard, ...late }, failing: { ...refused(412), ...unheard } },
      [],
    ],
    ['no event for 99', { failing: { ...refused(412), ...unheard } }, []],
    ['a wrong code ends with 410', { wrongCode: { ...usual.wrongCode, ...end('failed') } }, []],
    ['the playground is off: even is refused', { even: { ...refused(412) } }, []],
    ['no webhook has an effect', { odd: refused(409), failing: refused(412) }, ['no-webhook']],
    [
      'no check_url at all',
      { even: nowhere, odd: nowhere, failing: nowhere, wrongCode: nowhere },
      ['no-check-url'],
    ],
    [
      'an early code that completes',
      { earlyCode: { ...usual.earlyCode, ...end('completed') } },
      ['wrong-code-accepted'],
    ],
  ])('finds with %s: %j', (_reading, change, names) => {
    expect(misbehaviours({ ...usual, ...change })).toEqual(names);
  });

  it.each<[reading: string, change: Partial<Seen>, name: string]>([
    ['a chain without an end', { opened: { ...opened, fault: 'a loop' } }, 'chain-not-followed'],
    ['another request_id', { isSameRequest: false, ...end('aborted') }, 'other-request-id'],
    ['the right code refused', end('failed'), 'right-code-refused'],
    ['no number', end('completed', { isNumberVerified: false }), 'number-not-verified'],
  ])('finds for an even number with %s', (_reading, change, name) => {
    expect(misbehaviours({ ...usual, even: { ...usual.even, ...change } })).toEqual([name]);
  });

  it('have a row each in docs/vonage.md', () => {
    const [, probe = ''] = readFileSync('docs/vonage.md', 'utf8').split('## The probe');
    const listed = [...probe.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(Object.keys(MISBEHAVES));
  });
});

describe('toReadings', () => {
  it('describes the facts that were observed, and no others', () => {
    const readings = toReadings(usual);
    expect(readFacts().map(([number]) => number)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(readings[5]).toBe('odd: 409; 99: 412');
    expect(readings[8]).toBe('400 code_invalid, then failed (code_rejected)');
    expect(readings[9]).toBe('while it runs: 409 code_not_expected');
    expect([4, 6, 10, 12, 13, 17, 18, 19].filter((number) => readings[number])).toEqual([]);
  });
});

it('hasVerified is false when the even number was refused', () => {
  expect(hasVerified(usual)).toBe(true);
  expect(hasVerified({ ...usual, even: refused(412) })).toBe(false);
});
