/** Everything that a bad input could have moved: object, `seq`, stored item, sockets, Vonage. */

import { afterAll, beforeAll, expect } from 'vitest';
import { age } from '../../fixtures/age.ts';
import type { App } from '../../fixtures/app.ts';
import { storedItem } from '../../fixtures/aws-call.ts';
import type { ScriptedStack } from '../../fixtures/scripted-stack.ts';
import type { ScriptedCall } from '../../fixtures/scripted-vonage.ts';
import { until } from '../../fixtures/until.ts';

/** A verification that is watched from all sides. */
export interface Watched {
  readonly app: App;
  /** Fails when `act` moves anything; where it `mayStore`, the log may grow. */
  readonly expectNoEffect: (
    act: () => Promise<unknown>,
    options?: { readonly mayStore?: boolean },
  ) => Promise<void>;
  readonly close: () => void;
}

/** Calls `begin` with a watched verification before the tests of this `describe`. */
export function beforeWatched(
  running: () => ScriptedStack,
  begin: (stack: ScriptedStack, watched: Watched) => void,
): void {
  let watched: Watched | undefined;
  beforeAll(async () => {
    watched = await watch(running());
    begin(running(), watched);
  });
  afterAll(() => watched?.close());
}

/** Longer than the tests of any machine take. */
const DAY_MS = 86_400_000;

/** A start that lies ahead: no step of it ends while the tests run. */
export async function startAhead(stack: ScriptedStack): Promise<App> {
  const app = await stack.start(['silent_auth', 'email']);
  await age(stack.endpoints, app.requestId, -DAY_MS);
  return app;
}

async function watch(stack: ScriptedStack): Promise<Watched> {
  const app = await startAhead(stack);
  const isAboutIt = ({ path }: ScriptedCall): boolean =>
    path === '/v2/verify' || path.includes(app.requestId);
  const socket = await app.openSocket();
  await socket.subscribe();
  /** Whatever was pushed before the answer to a ping has arrived with it. */
  const flush = async (): Promise<void> => {
    const pongs = (): number => socket.messages.filter(({ type }) => type === 'pong').length;
    const before = pongs();
    socket.send({ action: 'ping' });
    await until(() => (pongs() > before ? true : undefined));
  };
  const observe = async () => {
    await flush();
    const stored = await storedItem(stack.endpoints, app.requestId);
    const pushes = socket.verifications().length;
    const calls = stack.vonage.calls.filter(isAboutIt).length;
    return { stored, seen: { verification: await app.status(), pushes, calls } };
  };
  return {
    app,
    close: socket.close,
    expectNoEffect: async (act, { mayStore = false } = {}) => {
      const before = await observe();
      await act();
      const after = await observe();
      expect(after.seen).toEqual(before.seen);
      if (!mayStore) expect(after.stored).toEqual(before.stored);
    },
  };
}
