/** After the phones are done: is everything that was acknowledged still there, and right everywhere? */

import { z } from 'zod';
import type { Endpoints } from '../../../infra/local/endpoints.ts';
import { isFinal } from '../../../shared/client/contract.ts';
import { VERIFICATION_ATTRIBUTES } from '../../../shared/config.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { call } from '../../fixtures/app.ts';
import { awsOutput, storedItem } from '../../fixtures/aws-call.ts';
import { inParallel } from '../../fixtures/in-parallel.ts';
import { until } from '../../fixtures/until.ts';
import type { Story } from './phone.ts';
import { type Counts, count } from './tally.ts';

export interface Settled {
  /** Sentences about one verification each; empty: all is well. */
  readonly faults: readonly string[];
  /** Items of the store that a start has written. */
  readonly stored: number;
  /** How the verifications ended. */
  readonly ends: Counts;
}

interface Demand {
  /** Each must have ended as its person's story says, not only consistently. */
  readonly exactly: boolean;
  /** So long Vonage may deliver its webhooks. */
  readonly webhooksMs: number;
}

const AT_A_TIME = 10;
const TRIES = 3;

export async function settle(
  endpoints: Endpoints,
  stories: readonly Story[],
  { exactly, webhooksMs }: Demand,
): Promise<Settled> {
  const ends: Counts = {};
  const faults: string[] = [];
  const quietByMs = Date.now() + webhooksMs;
  await inParallel(AT_A_TIME, stories, async (story) => {
    const vonage = await untilQuiet(endpoints, story.requestId, quietByMs);
    const verification = await readStatus(endpoints, story);
    const found = verification
      ? [
          ...compareWithStory(verification, story, exactly),
          ...compareWithVonage(verification, vonage),
          ...(await compareWithStore(endpoints, verification, story)),
        ]
      : ['/status does not know it'];
    count(ends, verification?.status ?? 'lost');
    faults.push(...found.map((fault) => `${story.person.kind} ${story.requestId}: ${fault}`));
  });
  return { faults, ends, stored: await countStored(endpoints) };
}

function compareWithStory(
  { status, channel, reason, verified, ...now }: VerificationObject,
  { person: { end }, last }: Story,
  exactly: boolean,
): readonly string[] {
  const isEndOfStory = status === end.status && channel === end.channel && reason === end.reason;
  const isVerifiedAsTold =
    verified.phone_number === (end.verified === 'phone_number') &&
    verified.email === (end.verified === 'email');
  const isOlder = now.seq < last.seq || (now.seq === last.seq && now.updated_at < last.updated_at);
  return only({
    [`has not ended: ${status}`]: now.ended_at === null,
    '/status is older than what the phone knew': isOlder,
    [`${last.status} became ${status}`]: isFinal(last) && last.status !== status,
    [`ended as ${status} by ${channel} (${reason})`]: exactly && !isEndOfStory,
    [`verified ${JSON.stringify(verified)}`]: exactly && !isVerifiedAsTold,
  });
}

/** The sentences that are true. */
function only(sentences: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(sentences).filter((sentence) => sentences[sentence]);
}

const vonageRequest = z.object({ status: z.string(), webhooks_pending: z.array(z.unknown()) });
type VonageRequest = z.infer<typeof vonageRequest>;

/** After our own deadline Vonage may end otherwise: later, or not at all. */
function compareWithVonage(
  { status, reason }: VerificationObject,
  vonage: VonageRequest | null,
): readonly string[] {
  if (!vonage) return [];
  const isSame = (status === 'completed') === (vonage.status === 'completed');
  return only({
    'Vonage still has webhooks for it': vonage.webhooks_pending.length > 0,
    [`${status} here, ${vonage.status} at Vonage`]: !isSame && reason !== 'timed_out',
  });
}

/** @returns null when the simulator has forgotten it: it keeps a few thousand */
function untilQuiet(
  { vonage }: Endpoints,
  requestId: string,
  quietByMs: number,
): Promise<VonageRequest | null> {
  return until(async () => {
    const answer = await fetch(`${vonage}/_local/requests/${requestId}`);
    if (answer.status === 404) return null;
    const request = vonageRequest.parse(await answer.json());
    const isQuiet = request.webhooks_pending.length === 0;
    return isQuiet || Date.now() > quietByMs ? request : undefined;
  });
}

async function readStatus(
  { api }: Endpoints,
  { token }: Story,
): Promise<VerificationObject | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  for (let tries = 1; ; tries += 1) {
    const { status, body } = await call(api, 'GET', '/status', { headers });
    if (status === 200 || tries === TRIES) return body.verification;
  }
}

const item = z.object({
  [VERIFICATION_ATTRIBUTES.clientTokenHash]: z.object({ B: z.string() }),
  [VERIFICATION_ATTRIBUTES.events]: z.object({
    L: z.array(z.object({ M: z.record(z.string(), z.record(z.string(), z.unknown())) })),
  }),
});

async function compareWithStore(
  endpoints: Endpoints,
  { status }: VerificationObject,
  { requestId, tokenHash }: Story,
): Promise<readonly string[]> {
  const found = item.safeParse(await storedItem(endpoints, requestId));
  if (!found.success) return ['is not in the store'];
  const { client_token_hash: hash, events } = found.data;
  const types = events.L.map(({ M }) => M.type?.S);
  return only({
    'belongs to another token in the store': hash.B !== tokenHash,
    'not started once': types.filter((type) => type === 'started').length !== 1,
    'completed without a code of its owner': status === 'completed' && !types.includes('code'),
  });
}

/** How many verifications the table holds. */
async function countStored({ dynamodb, tables }: Endpoints): Promise<number> {
  const page = z.object({ Count: z.number(), LastEvaluatedKey: z.unknown().optional() });
  const scan = { TableName: tables.verifications, Select: 'COUNT', ConsistentRead: true };
  let stored = 0;
  let next: object = {};
  for (;;) {
    const output = await awsOutput(dynamodb, 'DynamoDB_20120810.Scan', { ...scan, ...next });
    const { Count, LastEvaluatedKey } = page.parse(output);
    stored += Count;
    if (LastEvaluatedKey === undefined) return stored;
    next = { ExclusiveStartKey: LastEvaluatedKey };
  }
}
