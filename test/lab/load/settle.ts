/** After the phones are done: is everything that was acknowledged still there, and right everywhere? */

import { z } from 'zod';
import { callAws } from '../../../infra/local/aws/json-client.ts';
import type { Endpoints } from '../../../infra/local/endpoints.ts';
import { VERIFICATION_ATTRIBUTES } from '../../../shared/config.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { inParallel } from '../../fixtures/in-parallel.ts';
import { send } from './http.ts';
import type { Story } from './phone.ts';
import { isEnded, isOlder } from './view.ts';

export interface Settled {
  /** Sentences about one verification each; empty: all is well. */
  readonly faults: readonly string[];
  /** Items of the store that a start has written. */
  readonly stored: number;
  /** How the verifications ended. */
  readonly ends: Readonly<Record<string, number>>;
}

interface Context {
  readonly endpoints: Endpoints;
  /** Each must have ended as its person's story says, not only consistently. */
  readonly exactly: boolean;
  /** Until then Vonage may deliver its webhooks. */
  readonly quietByMs: number;
}

const AT_A_TIME = 10;

export async function settle(
  endpoints: Endpoints,
  stories: readonly Story[],
  { exactly, webhooksMs }: { readonly exactly: boolean; readonly webhooksMs: number },
): Promise<Settled> {
  const ends: Record<string, number> = {};
  const faults: string[] = [];
  const context = { endpoints, exactly, quietByMs: Date.now() + webhooksMs };
  await inParallel(AT_A_TIME, stories, async (story) => {
    const found = await examine(story, context);
    const name = `${story.person.kind} ${story.requestId}`;
    faults.push(...found.faults.map((fault) => `${name}: ${fault}`));
    ends[found.end] = (ends[found.end] ?? 0) + 1;
  });
  return { faults, ends, stored: await countStored(endpoints) };
}

async function examine(
  story: Story,
  { endpoints, exactly, quietByMs }: Context,
): Promise<{ faults: readonly string[]; end: string }> {
  const vonage = await untilQuiet(endpoints, story.requestId, quietByMs);
  const { verification } = await readStatus(endpoints, story);
  if (!verification) return { faults: ['/status does not know it'], end: 'lost' };
  return {
    end: verification.status,
    faults: [
      ...(vonage?.webhooks_pending.length ? ['Vonage still has webhooks for it'] : []),
      ...compareWithStory(verification, story, exactly),
      ...compareWithVonage(verification, vonage),
      ...(await compareWithStore(endpoints, verification, story)),
    ],
  };
}

function compareWithStory(
  verification: VerificationObject,
  { person, last }: Story,
  exactly: boolean,
): readonly string[] {
  const { status, channel, reason, verified } = verification;
  const { end } = person;
  const isEndOfStory = status === end.status && channel === end.channel && reason === end.reason;
  const isVerifiedAsTold =
    verified.phone_number === (end.verified === 'phone_number') &&
    verified.email === (end.verified === 'email');
  return [
    !isEnded(verification) && `has not ended: ${status}`,
    isOlder(verification, last) && '/status is older than what the phone knew',
    isEnded(last) && last.status !== status && `${last.status} became ${status}`,
    exactly && !isEndOfStory && `ended as ${status} by ${channel} (${reason})`,
    exactly && !isVerifiedAsTold && `verified ${JSON.stringify(verified)}`,
  ].filter((fault) => fault !== false);
}

const vonageRequest = z.object({ status: z.string(), webhooks_pending: z.array(z.unknown()) });
type VonageRequest = z.infer<typeof vonageRequest>;

/** After our own deadline Vonage may end otherwise: later, or not at all. */
function compareWithVonage(
  { status, reason }: VerificationObject,
  vonage: VonageRequest | undefined,
): readonly string[] {
  if (!vonage || reason === 'timed_out') return [];
  const isSame = (status === 'completed') === (vonage.status === 'completed');
  return isSame ? [] : [`${status} here, ${vonage.status} at Vonage`];
}

/** @returns undefined when the simulator has forgotten it: it keeps a few thousand */
async function untilQuiet(
  { vonage }: Endpoints,
  requestId: string,
  quietByMs: number,
): Promise<VonageRequest | undefined> {
  for (;;) {
    const reply = await send('GET', `${vonage}/_local/requests/${requestId}`);
    if (reply.status === 404) return undefined;
    const request = vonageRequest.parse(JSON.parse(reply.text));
    if (request.webhooks_pending.length === 0 || Date.now() > quietByMs) return request;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function readStatus(
  { api }: Endpoints,
  { token }: Story,
): Promise<{ readonly verification?: VerificationObject }> {
  const headers = { authorization: `Bearer ${token}` };
  for (let tries = 1; ; tries += 1) {
    const reply = await send('GET', `${api}/status`, { headers });
    if (reply.status === 200 || tries === 3) return JSON.parse(reply.text);
  }
}

const item = z.object({
  [VERIFICATION_ATTRIBUTES.clientTokenHash]: z.object({ B: z.string() }),
  [VERIFICATION_ATTRIBUTES.events]: z.object({
    L: z.array(z.object({ M: z.record(z.string(), z.record(z.string(), z.unknown())) })),
  }),
});

async function compareWithStore(
  { dynamodb, tables }: Endpoints,
  { status }: VerificationObject,
  { requestId, tokenHash }: Story,
): Promise<readonly string[]> {
  const result = await callAws(dynamodb, 'DynamoDB_20120810.GetItem', {
    TableName: tables.verifications,
    Key: { [VERIFICATION_ATTRIBUTES.requestId]: { S: requestId } },
    ConsistentRead: true,
  });
  if (result.type === 'refused') return [`the store says ${result.name}`];
  const found = z.object({ Item: item }).safeParse(result.output);
  if (!found.success) return ['is not in the store'];
  const { client_token_hash: hash, events } = found.data.Item;
  const types = events.L.map(({ M }) => M.type?.S);
  return [
    hash.B !== tokenHash && 'belongs to another token in the store',
    types.filter((type) => type === 'started').length !== 1 && 'not started once',
    status === 'completed' && !types.includes('code') && 'completed without a code of its owner',
  ].filter((fault) => fault !== false);
}

/** How many verifications the table holds. */
async function countStored({ dynamodb, tables }: Endpoints): Promise<number> {
  const page = z.object({ Count: z.number(), LastEvaluatedKey: z.unknown().optional() });
  let count = 0;
  let ExclusiveStartKey: unknown;
  do {
    const result = await callAws(dynamodb, 'DynamoDB_20120810.Scan', {
      TableName: tables.verifications,
      Select: 'COUNT',
      ConsistentRead: true,
      ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
    });
    if (result.type === 'refused') throw new Error(`${result.name}: ${result.message}`);
    const { Count, LastEvaluatedKey } = page.parse(result.output);
    count += Count;
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return count;
}
