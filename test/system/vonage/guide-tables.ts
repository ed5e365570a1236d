/** The tables of docs/from-vonages-guide.md: what each answer of Vonage becomes, seen at the app. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readHandsetAnswer } from '../../../shared/client/handset.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { type Answer, type App, call, phoneNumber } from '../../fixtures/app.ts';
import {
  check,
  created,
  leave,
  PIN,
  problem,
  type ScriptedStack,
  SILENT_CODE,
  TRY_LATER,
} from '../../fixtures/scripted-stack.ts';
import { type Operation, type ScriptedAnswer, webhooks } from '../../fixtures/scripted-vonage.ts';

const PAGE = 'docs/from-vonages-guide.md';

type Cells = readonly string[];

/** What Vonage answers: as the page has it, and as it is scripted. */
type Row = readonly [vonage: string, ...answers: ScriptedAnswer[]];

const REFUSALS: readonly Row[] = [401, 402, 403, 429].map((status) => [
  status === 401 ? '401, also after a new JWT' : String(status),
  problem(status),
  problem(status),
]);
const NO_ANSWER: readonly Row[] = [
  ['500', problem(500)],
  ['no answer', 'reset'],
];
const NO_EVENTS = problem(409, { detail: 'There are no more events left to trigger.' });

function invalid(name: string): ScriptedAnswer {
  return problem(422, { invalid_parameters: [{ name, reason: 'canary' }] });
}

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

async function inTurn<Item>(
  items: readonly Item[],
  toRow: (item: Item) => Promise<Cells>,
): Promise<readonly Cells[]> {
  const rows: Cells[] = [];
  for (const item of items) rows.push(await toRow(item));
  return rows;
}

function expectOnPage(name: string, head: Cells, rows: readonly Cells[]): void {
  const line = (cells: Cells): string => `| ${cells.join(' | ')} |`;
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  const markers = new RegExp(`<!-- ${name}:[^>]*-->\\n([\\s\\S]*?)\\n<!-- /${name} -->`);
  expect(markers.exec(readFileSync(PAGE, 'utf8'))?.[1]).toBe(table);
}

/** @param running the stack, once it runs */
export function guideTables(running: () => ScriptedStack): void {
  /** A verification of silent_auth and then SMS, with a check_url, unless a row says otherwise. */
  const begin = (channels: Parameters<ScriptedStack['start']>[0] = ['silent_auth', 'sms']) =>
    running().start(channels, running().withCheckUrl);

  /** One verification for each row; `act` makes our call, which gets the row's answers. */
  const outcomesOf = (
    operation: Operation,
    rows: readonly Row[],
    act: (app: App) => Promise<Answer>,
    channels?: Parameters<typeof begin>[0],
  ): Promise<readonly Cells[]> =>
    inTurn(rows, async ([vonage, ...answers]) => {
      const app = await begin(channels);
      running().vonage.script(`${operation} ${app.requestId}`, ...answers);
      const answer = await act(app);
      return [vonage, answered(answer), stands(await app.status())];
    });

  describe(`the tables of ${PAGE}`, () => {
    it('show what an answer to a start becomes', async () => {
      const { vonage, withCheckUrl, endpoints } = running();
      const withUrl = (): ScriptedAnswer => withCheckUrl(randomUUID());
      const without = (): ScriptedAnswer => created(randomUUID());
      const conflict = problem(409, { request_id: randomUUID() });
      const both = ['silent_auth', 'sms'];
      const rows: readonly (readonly [channels: readonly string[], ...row: Row])[] = [
        [both, '202 with check_url', withUrl()],
        [both, '202 without check_url', without()],
        ...REFUSALS.map((row) => [both, ...row] as const),
        [both, '409', problem(409)],
        [both, '412, channels left', problem(412), without()],
        [['silent_auth'], '412, silent_auth alone', problem(412)],
        [both, '422 about `to`, or about nothing', problem(422)],
        [['email'], '422 about `to` of e-mail', invalid('workflow[0].to')],
        [both, '422 about `locale`, then 202', invalid('locale'), withUrl()],
        [both, '422 about anything else', invalid('brand')],
        [both, '500 or no answer, then 202', 'reset', withUrl()],
        [both, '500 or no answer, twice', problem(500), problem(500)],
        [both, '500 or no answer, then 409 that names a request', 'reset', conflict],
      ];
      const made = await inTurn(rows, async ([channels, name, ...answers]) => {
        vonage.script('start', ...answers);
        const person = { phone_number: phoneNumber('8'), email: 'jo@example.org', locale: 'tlh' };
        const body = { ...person, channels };
        const answer = await call(endpoints.api, 'POST', '/start', { body });
        return [name, answered(answer), stands(answer.body.verification)];
      });
      expectOnPage('start', ['Vonage', 'our answer to `/start`', 'verification'], made);
    });

    it('show what an answer to a check becomes', async () => {
      const silent = (...rows: readonly Row[]) =>
        outcomesOf('check', rows, (app) => check(app, SILENT_CODE));
      const pin = (...rows: readonly Row[]) =>
        outcomesOf('check', rows, (app) => check(app, PIN), ['sms']);
      const made = [
        ...(await silent(['200', { status: 200 }], ['400, code of silent_auth', problem(400)])),
        ...(await pin(['400, PIN', problem(400)])),
        ...(await silent(...REFUSALS, ['404', problem(404)], ['409', problem(409)])),
        ...(await pin(['410', problem(410)])),
        ...(await silent(...NO_ANSWER)),
      ];
      expectOnPage('check', ['Vonage', 'our answer to `/check-code`', 'verification'], made);
    });

    it('show what an answer to next_workflow becomes', async () => {
      const rows: readonly Row[] = [
        ['200', { status: 200 }],
        ...REFUSALS,
        ['404', problem(404)],
        ['409, no events left', NO_EVENTS],
        ['409, try again later', TRY_LATER],
        ['409, try again later, four times', ...Array(4).fill(TRY_LATER)],
        ...NO_ANSWER,
      ];
      const made = await outcomesOf('next', rows, (app) => leave(app, 'silent_auth', 'sdk_error'));
      expectOnPage('next', ['Vonage', 'our answer to `/next-workflow`', 'verification'], made);
    });

    it('show what an answer to a cancel becomes', async () => {
      const rows: readonly Row[] = [
        ['204', { status: 204 }],
        ...REFUSALS,
        ['404', problem(404)],
        ['409', problem(409)],
        ...NO_ANSWER,
      ];
      const made = await outcomesOf('cancel', rows, (app) => app.post('/cancel'));
      expectOnPage('cancel', ['Vonage', 'our answer to `/cancel`', 'verification'], made);
    });

    it('show what the end of a check_url becomes', async () => {
      const made = await inTurn([200, 409, 412, 401, 404, 500], async (status) => {
        const app = await begin();
        const result = readHandsetAnswer({
          http_status: status,
          response_body: status === 200 ? { request_id: app.requestId, code: SILENT_CODE } : {},
        });
        const [sent, answer] =
          result.type === 'code'
            ? ['`/check-code`', await check(app, result.code)]
            : [
                `\`/next-workflow\`, \`${result.error}\``,
                await leave(app, 'silent_auth', result.error),
              ];
        return [String(status), sent, answered(answer), stands(await app.status())];
      });
      const head = ['check_url ends in', 'the client sends', 'our answer', 'verification'];
      expectOnPage('check_url', head, made);
    });

    it('show what a callback becomes', async () => {
      const callbacks: readonly (readonly [string, (requestId: string) => object])[] = [
        ...['completed', 'failed', 'user_rejected', 'expired'].map((status) => {
          const event = (id: string) => webhooks.event(id, 'silent_auth', status);
          return [`event of silent_auth, \`${status}\``, event] as const;
        }),
        ...['failed', 'expired', 'blocked', 'user_rejected', 'cancelled'].map((status) => {
          const outcomes = { silent_auth: 'failed', sms: status };
          const summary = (id: string) => webhooks.summary(id, status, outcomes);
          return [`summary, \`${status}\` by SMS`, summary] as const;
        }),
      ];
      const made = await inTurn(callbacks, async ([name, toWebhook]) => {
        const app = await begin();
        await running().send(toWebhook(app.requestId));
        const verification = await app.status();
        return [name, stands(verification), firstStep(verification)];
      });
      const head = ['callback', 'verification', 'step of silent_auth'];
      expectOnPage('callbacks', head, made);
    });
  });
}
