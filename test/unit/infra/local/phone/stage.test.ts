/**
 * The phone page's state machine without a browser: every ready-made story
 * with every trouble at every pace comes to its end, and the Next button never leaves anybody waiting.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { createNextSteps } from '../../../../../infra/local/phone/browser/next-steps.ts';
import { createPace } from '../../../../../infra/local/phone/browser/pace.ts';
import {
  beginStage,
  type Stage,
  type View,
} from '../../../../../infra/local/phone/browser/stage.ts';
import {
  PRESETS,
  type Preset,
  type TroubleName,
  toAddresses,
} from '../../../../../infra/local/phone/browser/story.ts';
import { TROUBLES } from '../../../../../infra/local/phone/browser/troubles.ts';
import { createWire } from '../../../../../infra/local/phone/browser/wire.ts';
import { createPhoneWorld } from '../../../../fixtures/phone-world.ts';

/** `slow step`: a second question comes while the first one waits, as with people. */
const PACES = ['watch', 'step', 'slow step', 'fast'] as const;
/** Longer than a message takes to reach the inbox. */
const SLOW_MS = 800;
/** Of the waits of `watch`, and of outages: nobody watches here. */
const SCALE = 0.01;
const TIMES = { thinkingMs: 10, outageMs: 10, asleepMs: 10, aftermathMs: 0 };

interface Case {
  readonly preset: Preset;
  readonly trouble: TroubleName | undefined;
  readonly pace: (typeof PACES)[number];
}

const CASES: readonly Case[] = PACES.flatMap((pace) =>
  PRESETS.flatMap((preset) =>
    [undefined, ...TROUBLES.map(({ name }) => name)].map((trouble) => ({ preset, trouble, pace })),
  ),
);

/** How a story ended: the status of the verification, or the code that refused its start. */
interface Ending {
  readonly status: string;
  readonly steps: readonly string[];
}

describe('the phone page without a browser', () => {
  const endings = new Map<Case, Promise<Ending>>();

  beforeAll(() => {
    for (const story of CASES) endings.set(story, playOut(story));
  });

  async function playOut({ preset, trouble, pace }: Case): Promise<Ending> {
    const world = await createPhoneWorld();
    const steps: string[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const next = createNextSteps((what) => {
      if (what === undefined) return;
      steps.push(what);
      setTimeout(() => next.take(), pace === 'slow step' ? SLOW_MS : 0);
    });
    const nothing = (): void => undefined;
    let stage: Stage | undefined;
    const view: View = {
      showRefusal: (error) => resolve(String((error as { code?: unknown }).code)),
      showVerification: nothing,
      showProblem: nothing,
      showNote: nothing,
      showSocket: nothing,
      showNetwork: nothing,
      showAsleep: nothing,
      showMessage: nothing,
      showNotification: nothing,
      fillCode: nothing,
      showItem: nothing,
      showFacts: nothing,
      onOver: () => resolve(stage?.newest?.status ?? 'refused'),
    };
    stage = beginStage(
      {
        ...toAddresses(preset),
        channels: preset.channels,
        troubles: new Set(trouble === undefined ? [] : [trouble]),
      },
      {
        ...world,
        pace: createPace(pace === 'slow step' ? 'step' : pace, next, SCALE),
        wire: createWire(nothing),
        view,
        times: TIMES,
      },
    );
    const status = await promise;
    await stage.leave();
    await world.close();
    return { status, steps };
  }

  it.each(CASES)('$preset.title, trouble $trouble, pace $pace', async (story) => {
    const { preset, trouble, pace } = story;
    const { status, steps } = (await endings.get(story)) ?? { status: 'never', steps: [] };
    expect(status).toBe(endOf(preset, trouble));
    expect(steps.length > 0).toBe(pace.endsWith('step') && hasSteps(preset, trouble));
  });
});

function endOf({ channels, ending, prefix }: Preset, trouble: string | undefined): string {
  if (prefix === '+4930') return 'phone_number_refused';
  if (channels[0] !== 'silent_auth') return 'completed';
  if (trouble === 'man_in_the_middle' && ending !== '99' && ending !== '1') return 'aborted';
  if (channels.length > 1) return 'completed';
  if (trouble === 'wifi') return 'failed';
  if (trouble === 'unsupported') return 'failed';
  return ending === '1' || trouble === 'rejected' ? 'user_rejected' : 'completed';
}

/** A refused start and a network that is not supported leave nothing to step through. */
function hasSteps({ channels, prefix }: Preset, trouble: string | undefined): boolean {
  return prefix !== '+4930' && (trouble !== 'unsupported' || channels.length > 1);
}
