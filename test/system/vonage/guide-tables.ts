/** The tables of docs/from-vonages-guide.md: what each answer of Vonage becomes, seen at the app. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readHandsetAnswer } from '../../../shared/client/handset.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { type Answer, call, phoneNumber } from '../../fixtures/app.ts';
import { check, created, problem, type ScriptedStack } from '../../fixtures/scripted-stack.ts';
import { type ScriptedAnswer, webhooks } from '../../fixtures/scripted-vonage.ts';

const PAGE = 'docs/from-vonages-guide.md';
const SILENT_CODE = 'si9sfG';
const PIN = '123456';

/** A verification of silent_auth and then SMS, with a check_url, unless the row says otherwise. */
const CHANNELS = ['silent_auth', 'sms'] as const;

interface Row {
  /** What Vonage answers, as the page has it. */
  readonly vonage: string;
  readonly answers: readonly ScriptedAnswer[];
}

const REFUSALS: readonly Row[] = [401, 402, 403, 429].map((status) => ({
  vonage: status === 401 ? '401, also after a new JWT' : String(status),
  answers: [problem(status), problem(status)],
}));
const NO_ANSWER: readonly Row[] = [
  { vonage: '500', answers: [problem(500)] },
  { vonage: 'no answer', answers: ['reset'] },
];
const NO_EVENTS = { detail: 'There are no more events left to trigger.' };
const invalid = (name: string): ScriptedAnswer =>
  problem(422, { invalid_parameters: [{ name, reason: 'canary' }] });
const LATER = { detail: 'The operation cannot be performed at this time. Please try again later.' };

function answered({ status, body }: Answer): string {
  return body.code === undefined ? String(status) : `${status} \`${body.code}\``;
}

function firstStep({ workflow }: VerificationObject): string {
  const [{ status, reason } = {}] = workflow;
  return [status, reason].flatMap((word) => (word ? `\`${word}\`` : [])).join(', ');
}

/** Status and channel; after the end the reason too. */
function stands(verification: VerificationObject | undefined): string {
  if (!verification) return '–';
  const { status, channel, reason } = verification;
  return `\`${status}\` on \`${channel}\`${reason === null ? '' : `, \`${reason}\``}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

async function inTurn<Item>(
  items: readonly Item[],
  toRow: (item: Item) => Promise<readonly string[]>,
): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for (const item of items) rows.push(await toRow(item));
  return rows;
}

function expectOnPage(name: string, made: string): void {
  const markers = new RegExp(`<!-- ${name}:[^>]*-->\\n([\\s\\S]*?)\\n<!-- /${name} -->`);
  expect(markers.exec(readFileSync(PAGE, 'utf8'))?.[1]).toBe(made);
}

/** @param running the stack, once it runs */
export function guideTables(running: () => ScriptedStack): void {
  describe(`the tables of ${PAGE}`, () => {
    const start = (channels: readonly string[]): Promise<Answer> =>
      call(running().endpoints.api, 'POST', '/start', {
        body: { phone_number: phoneNumber('8'), email: 'jo@example.org', channels, locale: 'tlh' },
      });

    it('say what an answer to a start becomes', async () => {
      const { vonage, withCheckUrl } = running();
      const rows: readonly (Row & { readonly channels?: readonly string[] })[] = [
        { vonage: '202 with check_url', answers: [withCheckUrl(crypto.randomUUID())] },
        { vonage: '202 without check_url', answers: [created(crypto.randomUUID())] },
        ...REFUSALS,
        { vonage: '409', answers: [problem(409)] },
        {
          vonage: '412, channels left',
          answers: [problem(412), created(crypto.randomUUID())],
        },
        { vonage: '412, silent_auth alone', answers: [problem(412)], channels: ['silent_auth'] },
        { vonage: '422 about `to`, or about nothing', answers: [problem(422)] },
        {
          vonage: '422 about `to` of e-mail',
          answers: [invalid('workflow[0].to')],
          channels: ['email'],
        },
        {
          vonage: '422 about `locale`, then 202',
          answers: [invalid('locale'), withCheckUrl(crypto.randomUUID())],
        },
        { vonage: '422 about anything else', answers: [invalid('brand')] },
        {
          vonage: '500 or no answer, then 202',
          answers: ['reset', withCheckUrl(crypto.randomUUID())],
        },
        { vonage: '500 or no answer, twice', answers: [problem(500), problem(500)] },
        {
          vonage: '500 or no answer, then 409 that names a request',
          answers: ['reset', problem(409, { request_id: crypto.randomUUID() })],
        },
      ];
      const made = await inTurn(rows, async ({ vonage: name, answers, channels = CHANNELS }) => {
        vonage.script('start', ...answers);
        const answer = await start(channels);
        return [name, answered(answer), stands(answer.body.verification)];
      });
      expectOnPage('start', table(['Vonage', 'our answer to `/start`', 'verification'], made));
    });

    it('say what an answer to a check becomes', async () => {
      const stack = running();
      const rows: readonly (Row & { readonly code: string })[] = [
        { vonage: '200', answers: [{ status: 200 }], code: SILENT_CODE },
        { vonage: '400, code of silent_auth', answers: [problem(400)], code: SILENT_CODE },
        { vonage: '400, PIN', answers: [problem(400)], code: PIN },
        ...[...REFUSALS, { vonage: '404', answers: [problem(404)] }].map((row) => ({
          ...row,
          code: SILENT_CODE,
        })),
        { vonage: '409', answers: [problem(409)], code: SILENT_CODE },
        { vonage: '410', answers: [problem(410)], code: PIN },
        ...NO_ANSWER.map((row) => ({ ...row, code: SILENT_CODE })),
      ];
      const made = await inTurn(rows, async ({ vonage, answers, code }) => {
        const app = await stack.start(code === PIN ? ['sms'] : CHANNELS, stack.withCheckUrl);
        stack.vonage.script('check', ...answers);
        const answer = await check(app, code);
        return [vonage, answered(answer), stands(await app.status())];
      });
      expectOnPage('check', table(['Vonage', 'our answer to `/check-code`', 'verification'], made));
    });

    it('say what an answer to next_workflow becomes', async () => {
      const stack = running();
      const rows: readonly Row[] = [
        { vonage: '200', answers: [{ status: 200 }] },
        ...REFUSALS,
        { vonage: '404', answers: [problem(404)] },
        { vonage: '409, no events left', answers: [problem(409, NO_EVENTS)] },
        { vonage: '409, try again later', answers: [problem(409, LATER)] },
        {
          vonage: '409, try again later, four times',
          answers: Array.from({ length: 4 }, () => problem(409, LATER)),
        },
        ...NO_ANSWER,
      ];
      const made = await inTurn(rows, async ({ vonage, answers }) => {
        const app = await stack.start(CHANNELS, stack.withCheckUrl);
        stack.vonage.script('next', ...answers);
        const answer = await app.post('/next-workflow', {
          from: 'silent_auth',
          error: 'sdk_error',
        });
        return [vonage, answered(answer), stands(await app.status())];
      });
      expectOnPage(
        'next',
        table(['Vonage', 'our answer to `/next-workflow`', 'verification'], made),
      );
    });

    it('say what an answer to a cancel becomes', async () => {
      const stack = running();
      const rows: readonly Row[] = [
        { vonage: '204', answers: [{ status: 204 }] },
        ...REFUSALS,
        { vonage: '404', answers: [problem(404)] },
        { vonage: '409', answers: [problem(409)] },
        ...NO_ANSWER,
      ];
      const made = await inTurn(rows, async ({ vonage, answers }) => {
        const app = await stack.start(CHANNELS, stack.withCheckUrl);
        stack.vonage.script('cancel', ...answers);
        const answer = await app.post('/cancel');
        return [vonage, answered(answer), stands(await app.status())];
      });
      expectOnPage('cancel', table(['Vonage', 'our answer to `/cancel`', 'verification'], made));
    });

    it('say what the end of a check_url becomes', async () => {
      const stack = running();
      const made = await inTurn([200, 409, 412, 401, 404, 500], async (status) => {
        const app = await stack.start(CHANNELS, stack.withCheckUrl);
        const result = readHandsetAnswer({
          http_status: status,
          response_body: status === 200 ? { request_id: app.requestId, code: SILENT_CODE } : {},
        });
        const [sent, answer] =
          result.type === 'code'
            ? ['`/check-code`', await check(app, result.code)]
            : [
                `\`/next-workflow\`, \`${result.error}\``,
                await app.post('/next-workflow', { from: 'silent_auth', error: result.error }),
              ];
        return [String(status), sent, answered(answer), stands(await app.status())];
      });
      expectOnPage(
        'check_url',
        table(['check_url ends in', 'the client sends', 'our answer', 'verification'], made),
      );
    });

    it('say what a callback becomes', async () => {
      const stack = running();
      const statuses = ['completed', 'failed', 'user_rejected', 'expired'] as const;
      const events = await inTurn(statuses, async (status) => {
        const app = await stack.start(CHANNELS, stack.withCheckUrl);
        await stack.send(webhooks.event(app.requestId, 'silent_auth', status));
        const verification = await app.status();
        return [
          `event of silent_auth, \`${status}\``,
          stands(verification),
          firstStep(verification),
        ];
      });
      const ends = ['failed', 'expired', 'blocked', 'user_rejected', 'cancelled'] as const;
      const summaries = await inTurn(ends, async (status) => {
        const app = await stack.start(CHANNELS, stack.withCheckUrl);
        const outcomes = { silent_auth: 'failed', sms: status } as const;
        await stack.send(webhooks.summary(app.requestId, status, outcomes));
        const verification = await app.status();
        return [`summary, \`${status}\` by SMS`, stands(verification), firstStep(verification)];
      });
      expectOnPage(
        'callbacks',
        table(['callback', 'verification', 'step of silent_auth'], [...events, ...summaries]),
      );
    });
  });
}
