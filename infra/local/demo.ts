/**
 * `npm run demo`: starts the stack on free ports and plays the app in the terminal, over real HTTP
 * and WebSocket: six stories, each with its timeline in milliseconds. Exits with 0 only if every
 * story ends as expected.
 *
 * `--json`: one JSON object per story, `{story, status, channel, verified, transitions,
 * milliseconds}`, and nothing else on stdout.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flag } from '../../shared/command/options.ts';
import { runCommand } from '../../shared/command/run-command.ts';
import { connectSimulator } from './demo/simulator.ts';
import { STORIES } from './demo/stories.ts';
import { perform } from './demo/story.ts';
import { type Stack, startStack } from './stack.ts';

const USAGE = `Plays six stories of an app in the terminal, over a stack that it starts for itself.

npm run demo [-- --json]

  --json   prints one JSON object per story and nothing else on stdout`;

await runCommand({
  usage: USAGE,
  options: { json: flag() },
  run: ({ values }) => play(values.json),
});
process.exit();

async function play(json: boolean): Promise<boolean> {
  const say = (text: string): void => void (json || console.log(text));
  const stopping = new AbortController();
  process.on('SIGINT', () => stopping.abort());
  process.on('SIGTERM', () => stopping.abort());
  // The reader of the output has closed the pipe, as `head` does.
  process.stdout.on('error', () => stopping.abort());
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-demo-'));
  let stack: Stack | undefined;
  try {
    say('Starting the stack …');
    const localFolder = join(folder, 'local');
    stack = await startStack({ localFolder, signal: stopping.signal });
    return await playAll(stack, { json, say, stopped: stopping.signal });
  } finally {
    await stack?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playAll(
  { endpoints }: Stack,
  options: {
    readonly json: boolean;
    readonly say: (text: string) => void;
    readonly stopped: AbortSignal;
  },
): Promise<boolean> {
  const { json, say, stopped } = options;
  const simulator = connectSimulator(endpoints.vonage);
  await simulator.workAsynchronously();
  let isAsTold = true;
  for (const [index, story] of STORIES.entries()) {
    if (stopped.aborted) return false;
    say(`\n${index + 1}  ${story.title}`);
    const { failure, ...played } = await perform(
      story,
      { api: endpoints.api, simulator, stopped },
      (milliseconds, text) => say(`${String(milliseconds).padStart(8)} ms  ${text}`),
    );
    if (json) console.log(JSON.stringify(played));
    if (failure === undefined) say(`   ok, ${played.milliseconds} ms`);
    else console.error(`${json ? `${story.name}: ` : '   FAILED: '}${failure}`);
    isAsTold &&= failure === undefined;
  }
  say(isAsTold ? '\nAll six stories ended as expected.' : '\nNot every story ended as expected.');
  return isAsTold;
}
