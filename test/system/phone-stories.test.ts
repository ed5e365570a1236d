/**
 * The phone page's state machine over a running stack and without a browser: every ready-made story
 * with every trouble at every pace comes to its end, and the Next button never leaves anybody waiting.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNextSteps } from '../../infra/local/phone/browser/next-steps.ts';
import { createPace, type PaceName } from '../../infra/local/phone/browser/pace.ts';
import { createPageApi } from '../../infra/local/phone/browser/page-api.ts';
import { beginStage, type Stage, type View } from '../../infra/local/phone/browser/stage.ts';
import {
  PRESETS,
  type Preset,
  type TroubleName,
  toAddresses,
} from '../../infra/local/phone/browser/story.ts';
import { TROUBLES } from '../../infra/local/phone/browser/troubles.ts';
import { createWire } from '../../infra/local/phone/browser/wire.ts';
import { createPhonePage } from '../../infra/local/phone/serve.ts';
import { inParallel } from '../fixtures/in-parallel.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';

const PACES: readonly PaceName[] = ['watch', 'step', 'fast'];
/** Of the waits of `watch`, and of outages: nobody watches here. */
const SCALE = 0.02;
const TIMES = { thinkingMs: 60, outageMs: 60, asleepMs: 60, aftermathMs: 0 };
const AT_ONCE = 12;

interface Case {
  readonly preset: Preset;
  readonly trouble: TroubleName | undefined;
  readonly pace: PaceName;
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
  let stack: OwnStack;
  const endings = new Map<string, Ending>();

  beforeAll(async () => {
    const page = createPhonePage();
    stack = await startOwnStack({ servePage: page.serve });
    page.attach(stack.endpoints);
    await inParallel(AT_ONCE, CASES, async (story) => {
      endings.set(nameOf(story), await playOut(story));
    });
  });

  afterAll(() => stack?.close());

  async function playOut({ preset, trouble, pace }: Case): Promise<Ending> {
    const steps: string[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    // A person who presses as soon as there is something to press.
    const next = createNextSteps((what) => {
      if (what === undefined) return;
      steps.push(what);
      queueMicrotask(() => next.take());
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
        api: createPageApi(stack.endpoints.api),
        apiUrl: stack.endpoints.api,
        pace: createPace(pace, next, SCALE),
        wire: createWire(nothing),
        view,
        times: TIMES,
      },
    );
    const timer = setTimeout(() => resolve('STUCK ' + steps.join('|')), 40_000);
    const status = await promise;
    clearTimeout(timer);
    await stage.leave();
    return { status, steps };
  }

  it.each(CASES)('$preset.title, trouble $trouble, pace $pace', (story) => {
    const { preset, trouble, pace } = story;
    const { status, steps } = endings.get(nameOf(story)) ?? { status: 'never', steps: [] };
    expect(status).toBe(endOf(preset, trouble));
    expect(steps.length > 0).toBe(pace === 'step' && hasSteps(preset, trouble));
  });
});

function nameOf({ preset, trouble, pace }: Case): string {
  return `${preset.title}, ${trouble}, ${pace}`;
}

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
