/** One run from its seed to its verdict. */

import type { Prng } from '../../fixtures/prng.ts';
import { runApp } from './actors/app.ts';
import { runAttack } from './actors/attackers.ts';
import { judge } from './checker/judge.ts';
import type { Violation } from './checker/objects.ts';
import { type FinalLook, observeEnding } from './ending.ts';
import type { Fact } from './history.ts';
import { createWorld, type World } from './world.ts';

export interface RunResult {
  readonly seed: string;
  readonly violations: readonly Violation[];
  readonly facts: readonly Fact[];
}

/** `without`: names of people, attacks and kinds of faults that are left out. */
export async function simulate(
  seed: string,
  without: ReadonlySet<string> = new Set(),
): Promise<RunResult> {
  const world = createWorld(seed, without);
  const { scheduler, history } = world;
  let isOver = false;
  const playing = play(world).finally(() => {
    isOver = true;
  });
  playing.catch(() => {});
  await scheduler.run(() => isOver);
  if (!isOver) throw new Error('the simulation came to a standstill');
  return { seed, violations: judge(world, await playing), facts: history.facts };
}

async function play(world: World): Promise<readonly FinalLook[]> {
  const { settings } = world;
  void rotate(world, world.prngFor('rotation'));
  await Promise.all([
    ...settings.people.map((person) => runApp(person, world)),
    ...settings.attacks.map((attack) => runAttack(attack, world)),
  ]);
  return observeEnding(world);
}

/**
 * Keys change while everything is warm: our side first, Vonage once every instance has read the new
 * one.
 */
async function rotate({ faults, secrets, scheduler, settings }: World, prng: Prng): Promise<void> {
  if (!faults.knows('rotation') || settings.people.length === 0) return;
  await scheduler.sleep(prng.between(0, 60_000));
  if (prng.chance(0.5)) secrets.rotateTokenKey();
  if (prng.chance(0.5)) secrets.rotatePrivateKey();
  if (prng.chance(0.5)) secrets.rotateProofKey();
  secrets.prepareRotation();
  await scheduler.sleep(330_000);
  secrets.finishRotation();
}
