/** Runs a stack with its phone page until Ctrl-C or SIGTERM, and prints errors on the console. */

import { z } from 'zod';
import type { FunctionLine } from './function-logs.ts';
import { createPhonePage } from './phone/serve.ts';
import { toReadyText } from './ready-text.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';

const errorLine = z.object({ level: z.literal('ERROR') });

/** @param whenReady called once, after the addresses are printed */
export async function serve(
  options: StackOptions,
  whenReady: (stack: Stack) => void = () => {},
): Promise<void> {
  const startedAt = performance.now();
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());
  const stopped = new Promise<void>((done) => {
    signal.addEventListener('abort', () => done());
  });
  console.log('Starting the stack …');
  const page = createPhonePage();
  let stack: Stack | undefined;
  try {
    stack = await startStack({ ...options, signal, servePage: page.serve });
    page.attach(stack.endpoints);
    stack.onLine(showErrors);
    if (signal.aborted) return;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(toReadyText(stack.endpoints, { seconds, folder: options.localFolder }));
    whenReady(stack);
    const broken = await Promise.race([stopped, stack.broken]);
    if (broken) throw broken;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await stack?.close();
  }
}

/** Prints errors only; everything else is in the log files. */
function showErrors({ function: name, line, stream }: FunctionLine): void {
  if (stream === 'stderr' || isErrorLine(line)) console.error(`[${name}] ${line}`);
}

function isErrorLine(line: string): boolean {
  if (!line.includes('"ERROR"')) return false;
  try {
    return errorLine.safeParse(JSON.parse(line)).success;
  } catch {
    return false; // A line that is not JSON is not from our functions.
  }
}
