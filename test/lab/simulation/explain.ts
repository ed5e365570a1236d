/** A violation for people: the smallest world that still shows it, and what happened in it. */

import type { Violation } from './checker/objects.ts';
import { FAULT_KINDS } from './faults.ts';
import type { Fact } from './history.ts';
import { ALL_ATTACKS } from './settings.ts';
import { type RunResult, simulate } from './simulate.ts';

const PEOPLE = ['app0', 'app1', 'app2'];
const MAX_VIOLATIONS = 5;
const MAX_LINES = 60;
const MAX_LENGTH = 300;
const OMITTED: ReadonlySet<Fact['kind']> = new Set(['log', 'metric', 'answer', 'handshake']);

/** Leaves out whatever the first violation does not need, unless something is left out already. */
export async function explain(
  seed: string,
  given: ReadonlySet<string>,
): Promise<readonly string[]> {
  let without = given;
  let result = await simulate(seed, given);
  const wanted = result.violations[0]?.invariant;
  const parts = given.size > 0 ? [] : [...ALL_ATTACKS, ...PEOPLE, ...FAULT_KINDS];
  for (const part of parts) {
    const tried = new Set([...without, part]);
    const attempt = await simulate(seed, tried).catch(() => undefined);
    if (!attempt?.violations.some(({ invariant }) => invariant === wanted)) continue;
    without = tried;
    result = attempt;
  }
  const option = without.size > 0 ? ` --without ${[...without].join(',')}` : '';
  return [
    ...result.violations
      .slice(0, MAX_VIOLATIONS)
      .map(({ invariant, message }) => `${invariant}: ${message}`),
    ...result.violations.slice(0, 1).flatMap((violation) => timeline(result, violation)),
    `replay: npm run simulate -- --runs 1 --seed ${seed}${option}`,
  ];
}

/** The facts about one verification, up to the moment at which the invariant was broken. */
function timeline({ facts }: RunResult, violation: Violation): readonly string[] {
  const { requestId, about = requestId, atMs: endMs = Number.POSITIVE_INFINITY } = violation;
  const startMs = facts[0]?.atMs ?? 0;
  const isAbout = (fact: Fact): boolean => JSON.stringify(fact).includes(about ?? '');
  const ids = new Set(facts.filter(isAbout).flatMap((fact) => idOf(fact) ?? []));
  return facts
    .filter((fact) => fact.atMs <= endMs && !OMITTED.has(fact.kind))
    .filter((fact) => isAbout(fact) || ids.has(idOf(fact) ?? -1))
    .slice(-MAX_LINES)
    .map(({ atMs, kind, ...fact }) => {
      const seconds = ((atMs - startMs) / 1000).toFixed(3).padStart(9);
      const members = JSON.stringify({ ...fact, bearer: undefined }).replaceAll(
        requestId ?? '…',
        '…',
      );
      return `${seconds} ${kind} ${members}`.slice(0, MAX_LENGTH);
    });
}

function idOf(fact: Fact): number | undefined {
  if ('id' in fact) return fact.id;
  return 'invocation' in fact ? fact.invocation : undefined;
}
