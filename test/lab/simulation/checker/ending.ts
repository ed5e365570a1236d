/** L1, L3, S4, S5: once things are quiet, everything is over and everybody agrees. */

import { isJson, member } from '../../../fixtures/json.ts';
import type { Item } from '../../../fixtures/memory-dynamodb.ts';
import type { FinalLook } from '../ending.ts';
import type { JsonObject } from '../history.ts';
import type { World } from '../world.ts';
import { ENDS, type Report } from './objects.ts';

type Break = (invariant: string, what: string) => void;

export function checkEnding(
  { provider }: World,
  report: Report,
  looks: readonly FinalLook[],
): void {
  for (const look of looks) {
    const { requestId, client } = look.holding;
    const broken: Break = (invariant, what) =>
      report(invariant, `${requestId} of ${client.name}: ${what}`, { requestId });
    if (look.isMissingOnBus) {
      broken('L1', 'did not end on the bus, although every message of the clock came');
    }
    const events = eventsOf(look.item);
    checkViews(look, broken);
    checkFacts(events, broken);
    const isCompleted = provider.find(requestId)?.status === 'completed';
    if (isCompleted) checkTruth(look, events, broken);
  }
}

function checkViews({ answers, snapshot, seenBefore }: FinalLook, broken: Break): void {
  const [first, second] = answers.map((answer) => member(answer?.body, 'verification'));
  if (!isJson(first)) {
    broken('L1', `its holder is answered ${JSON.stringify(answers[0])}`);
    return;
  }
  if (!ENDS.has(String(first.status))) broken('L1', `is ${first.status} after its time`);
  if (!isSame(first, second)) broken('L3', 'two questions, two answers');
  if (!isSame(first, member(snapshot, 'verification'))) broken('L3', 'the snapshot differs');
  if (!isJson(seenBefore)) return;
  if (Number(seenBefore.seq) > Number(first.seq)) broken('S2', 'seq went back');
  if (!ENDS.has(String(seenBefore.status))) return;
  if (seenBefore.seq === first.seq && !isSame(seenBefore, first)) {
    broken('S4', 'what was seen last is not what is stored');
  }
  if (seenBefore.status !== first.status) {
    broken('S2', `ended as ${seenBefore.status} and then as ${first.status}`);
  }
}

/** S5: no fact is stored twice. */
function checkFacts(events: readonly JsonObject[], broken: Break): void {
  const facts = events.map(({ at: _, ...fact }) => JSON.stringify(fact));
  const twice = facts.find((fact, index) => facts.indexOf(fact) !== index);
  if (twice !== undefined) broken('S5', `holds twice: ${twice}`);
}

/** What Vonage completed and what we stored of it in time is not lost. */
function checkTruth({ answers }: FinalLook, events: readonly JsonObject[], broken: Break): void {
  const ours = ['cancelled', 'aborted', 'deadline', 'left'];
  const isOursEarlier = events.some(({ type }) => ours.includes(String(type)));
  const isKnown = events.some(
    ({ type, outcome, status }) =>
      (type === 'channel' && outcome === 'completed') ||
      (type === 'summary' && status === 'completed') ||
      (type === 'checked' && outcome === 'accepted'),
  );
  const status = member(answers[0]?.body, 'verification', 'status');
  if (isKnown && !isOursEarlier && status !== 'completed') {
    broken('L3', `is completed at Vonage, here ${status}`);
  }
}

/** Stored events as plain members. */
function eventsOf(item: Item | undefined): readonly JsonObject[] {
  return (item?.events?.L ?? []).map((event) => {
    const members = Object.entries(event.M ?? {}).map(([name, value]) => {
      return [name, value.S ?? value.N ?? value.BOOL ?? JSON.stringify(value.L)];
    });
    return Object.fromEntries(members);
  });
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
