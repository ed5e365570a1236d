/** L1, L3, S4, S5: once things are quiet, everything is over and everybody agrees. */

import type { Ending, FinalLook } from '../ending.ts';
import type { Item } from '../store/evaluate.ts';
import type { World } from '../world.ts';
import { ENDS, get, isObject } from './objects.ts';
import type { Violation } from './violation.ts';

export function judgeEnding(world: World, { looks, untold }: Ending): readonly Violation[] {
  return [
    ...untold.map((requestId) => ({
      invariant: 'L1',
      message: `${requestId} has not ended for the bus, although the clock could have seen to it`,
      requestId,
    })),
    ...looks.flatMap((look) => [
      ...judgeLook(look),
      ...judgeItem(look),
      ...judgeTruth(look, world),
    ]),
  ];
}

function judgeLook({ holding, answers, snapshot, seenBefore }: FinalLook): readonly Violation[] {
  const { requestId, client } = holding;
  const found: Violation[] = [];
  const report = (invariant: string, what: string): void => {
    found.push({ invariant, message: `${requestId} of ${client.name}: ${what}`, requestId });
  };
  const [first, second] = answers.map((answer) => get(answer?.body, 'verification'));
  if (!isObject(first)) {
    report('L1', `its holder is answered ${JSON.stringify(answers[0])}`);
    return found;
  }
  if (!ENDS.has(String(first.status))) report('L1', `is ${first.status} after its time`);
  if (!isSame(first, second)) report('L3', 'two questions, two answers');
  if (!isSame(first, get(snapshot, 'verification'))) report('L3', 'the snapshot is another');
  if (isObject(seenBefore)) {
    if (Number(seenBefore.seq) > Number(first.seq)) report('S2', 'seq went back');
    if (
      seenBefore.seq === first.seq &&
      !isSame(seenBefore, first) &&
      ENDS.has(String(seenBefore.status))
    ) {
      report('S4', 'what was seen last is not what is stored');
    }
    if (ENDS.has(String(seenBefore.status)) && seenBefore.status !== first.status) {
      report('S2', `ended as ${seenBefore.status} and then as ${first.status}`);
    }
  }
  return found;
}

/** S5: no fact is stored twice. */
function judgeItem({ holding, item }: FinalLook): readonly Violation[] {
  const { requestId } = holding;
  const facts = eventsOf(item).map(({ at: _, ...fact }) => JSON.stringify(fact));
  const twice = facts.find((fact, index) => facts.indexOf(fact) !== index);
  return twice === undefined
    ? []
    : [{ invariant: 'S5', message: `${requestId} holds twice: ${twice}`, requestId }];
}

/** What Vonage completed and what we stored of it in time is not lost. */
function judgeTruth({ holding, item, answers }: FinalLook, world: World): readonly Violation[] {
  const { requestId } = holding;
  const status = get(answers[0]?.body, 'verification', 'status');
  const isCompleted = world.provider.find(requestId)?.status === 'completed';
  const types = eventsOf(item).map(({ type }) => String(type));
  const isOursEarlier = types.some((type) =>
    ['cancelled', 'aborted', 'deadline', 'left'].includes(type),
  );
  const isKnown = eventsOf(item).some(
    (event) =>
      (event.type === 'channel' && event.outcome === 'completed') ||
      (event.type === 'summary' && event.status === 'completed') ||
      (event.type === 'checked' && event.outcome === 'accepted'),
  );
  return isCompleted && isKnown && !isOursEarlier && status !== 'completed'
    ? [
        {
          invariant: 'L3',
          message: `${requestId} is completed at Vonage, here ${status}`,
          requestId,
        },
      ]
    : [];
}

/** Stored events as plain members. */
function eventsOf(item: Item | undefined): readonly Readonly<Record<string, unknown>>[] {
  return (item?.events?.L ?? []).map((event) =>
    Object.fromEntries(
      Object.entries(event.M ?? {}).map(([name, value]) => [
        name,
        value.S ?? value.N ?? value.BOOL ?? JSON.stringify(value.L),
      ]),
    ),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
