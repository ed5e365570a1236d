/**
 * The phone page's state machine without a browser: every preset reaches its end with every trouble
 * at every pace, and no step waits without a Next button.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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
import { passing } from '../../../../fixtures/virtual-time.ts';
import { createPhoneWorld, worldPlatform } from './phone-world.ts';

/** `slow step`: a second question comes while the first one waits, as with people. */
const PACES = ['watch', 'step', 'slow step', 'fast'] as const;
/** Longer than a message takes to reach the inbox. */
const SLOW_MS = 800;
const TIMES = { thinkingMs: 900, outageMs: 1_600, asleepMs: 2_200, aftermathMs: 0 };

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
  const endings = new Map<Case, Ending>();

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    vi.stubGlobal('fetch', worldPlatform.fetch);
    vi.stubGlobal('WebSocket', worldPlatform.WebSocket);
    const playing = CASES.map(async (story) => endings.set(story, await playOut(story)));
    await inTime(Promise.all(playing));
  });
  afterAll(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const inTime = <T>(task: Promise<T>): Promise<T> =>
    passing(task, () => vi.advanceTimersByTime(10));

  async function playOut(
    { preset, trouble, pace }: Case,
    press: (stage: Stage) => void = () => undefined,
  ): Promise<Ending> {
    const world = createPhoneWorld();
    const steps: string[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const next = createNextSteps((what) => {
      if (what === undefined) return;
      steps.push(what);
      setTimeout(() => next.take(), pace === 'slow step' ? SLOW_MS : 0);
    });
    const nothing = (): void => undefined;
    let stage: Stage | undefined;
    const ends: Partial<View> = {
      showRefusal: (error) => resolve(String((error as { code?: unknown }).code)),
      onOver: () => resolve(stage?.newest?.status ?? 'refused'),
    };
    const view = new Proxy(ends as View, {
      get: (own, name) => Reflect.get(own, name) ?? nothing,
    });
    stage = beginStage(
      {
        ...toAddresses(preset),
        channels: preset.channels,
        troubles: new Set(trouble === undefined ? [] : [trouble]),
      },
      {
        ...world,
        pace: createPace(pace === 'slow step' ? 'step' : pace, next),
        wire: createWire(nothing),
        view,
        times: TIMES,
      },
    );
    press(stage);
    const status = await promise;
    await stage.leave();
    return { status, steps };
  }

  it.each(PACES)(
    'cancels a verification whose start is not yet answered, pace %s',
    async (pace) => {
      const story = { preset: PRESETS[0] as Preset, trouble: undefined, pace };
      const { status } = await inTime(playOut(story, (stage) => stage.cancel()));
      expect(status).toBe('cancelled');
    },
  );

  it.each(CASES)('$preset.title, trouble $trouble, pace $pace', (story) => {
    const { preset, trouble, pace } = story;
    const { status, steps } = endings.get(story) ?? { status: 'never', steps: [] };
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

/** A refused start has no steps, nor does an unsupported network without another channel. */
function hasSteps({ channels, prefix }: Preset, trouble: string | undefined): boolean {
  return prefix !== '+4930' && (trouble !== 'unsupported' || channels.length > 1);
}
