/** Watches the sources: bundles again, replaces processes, or starts the stack again. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStackError } from '../error.ts';
import { readSettings } from '../settings.ts';
import { openBundler } from './bundler.ts';
import { readInspected } from './inspected.ts';
import { openStackProcess } from './stack-process.ts';
import { type Changes, openWatcher } from './watcher.ts';

/** Runs until Ctrl-C or SIGTERM. @throws LocalStackError when the first start fails */
export async function develop(): Promise<void> {
  readSettings(process.env);
  readInspected(process.env.INSPECT);
  const bundlesFolder = mkdtempSync(join(tmpdir(), 'silent-auth-dev-'));
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => done());
  });
  const bundler = openBundler(bundlesFolder);
  const stack = openStackProcess(bundlesFolder);
  const watcher = openWatcher();
  try {
    const { errors } = await bundler.rebuild();
    if (errors.length > 0) throw new LocalStackError(errors.join('\n'));
    const isFirstReady = stack.start();
    if (!(await Promise.race([isFirstReady, stopped.then(() => true)]))) {
      throw new LocalStackError('the stack could not be started');
    }
    for (;;) {
      const changes = await Promise.race([watcher.next(), stopped]);
      if (!changes) break;
      const told = await Promise.race([apply(changes), stopped]);
      if (told !== undefined) console.log(told);
    }
  } finally {
    watcher.close();
    bundler.close();
    await stack.close();
    rmSync(bundlesFolder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Returns one line that tells what was done or what failed. */
  async function apply({ files, ofInfra }: Changes): Promise<string> {
    const startedAt = performance.now();
    const seconds = (): string => ((performance.now() - startedAt) / 1000).toFixed(1);
    const [first = '', ...others] = files;
    const what = others.length === 0 ? first : `${first} and ${others.length} more`;
    const { built, errors } = await bundler.rebuild();
    if (errors.length > 0)
      return `${errors.join('\n').trim()}\n${what}: the previous code still runs`;
    if (ofInfra || !stack.isRunning()) {
      const isReady = await stack.restart();
      return isReady
        ? `${what}: synthesized, the stack started again (${seconds()} s)`
        : `${what}: the stack could not be started; the next change tries again`;
    }
    stack.replace(built);
    const replaced =
      built.length === 0 ? 'no function has changed' : `${built.join(', ')} replaced`;
    return `${what}: ${replaced} (${seconds()} s)`;
  }
}
